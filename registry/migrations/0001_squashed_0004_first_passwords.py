"""Everything of `registry` at once, for a database that begins now; one that began earlier has it by the migrations named."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import oauth2_provider.generators
import oauth2_provider.models
import registry.models.people
import registry.models.productions
import registry.models.users
import registry.private
from django.conf import settings
from django.db import migrations, models

from registry.append_only import forbid_changes


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('registry', '0001_initial'),
        ('registry', '0002_append_only'),
        ('registry', '0003_authority_by_two'),
        ('registry', '0004_first_passwords'),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
                ('seen_at', models.DateTimeField()),
                ('details', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='CollectiveAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('version', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=200)),
                ('starts_on', models.DateField(blank=True, null=True)),
                ('ends_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'ordering': ['code', 'version'],
                'constraints': [models.UniqueConstraint(fields=('code', 'version'), name='one_agreement_per_version')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('password_is_first', models.BooleanField(default=False, editable=False, help_text='Given by somebody else: it opens nothing but the page that changes it.')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=registry.models.users.organisation_id, editable=False, max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('studio', 'Studio'), ('vendor', 'VFX vendor'), ('distributor', 'Distributor'), ('platform', 'Platform'), ('union', 'Union or guild'), ('law_firm', 'Law firm'), ('estate', 'Estate')], max_length=20)),
                ('name', models.CharField(max_length=200, unique=True)),
                ('jurisdiction', models.CharField(blank=True, help_text='ISO 3166-1 or 3166-2, e.g. US-CA', max_length=10)),
                ('key_reference', models.CharField(blank=True, help_text='Where the worker finds the signing key: dev:… (development) or file:/path. Never the key.', max_length=300)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain', models.CharField(help_text='The subject, e.g. grt_…: each subject has a chain of its own', max_length=60)),
                ('sequence', models.PositiveIntegerField()),
                ('tag', models.CharField(help_text='subject:action, e.g. grant:entered', max_length=60)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.organisation')),
                ('actor', models.CharField(help_text='user:…, client:… or system:…', max_length=80)),
                ('actor_name', models.CharField(max_length=200)),
                ('reason', models.TextField(blank=True)),
                ('body', models.TextField(help_text='Canonical JSON (RFC 8785) of everything the hash covers but the previous hash')),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64, unique=True)),
                ('effective_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['tag', 'recorded_at'], name='registry_ev_tag_a1e343_idx')],
                'constraints': [models.UniqueConstraint(fields=('chain', 'sequence'), name='one_event_per_sequence')],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=registry.models.people.person_id, editable=False, max_length=40, unique=True)),
                ('studio', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='registry.organisation')),
                ('kind', models.CharField(choices=[('living', 'Living'), ('deceased', 'Deceased'), ('fictional_historical', 'Fictional or historical')], default='living', max_length=30)),
                ('alias', models.CharField(help_text='The name vendors see. Not the legal name unless the person uses it.', max_length=200)),
                ('data_key', models.BinaryField(help_text="This person's key, itself encrypted. Destroying it erases.")),
                ('legal_name', registry.private.PrivateTextField(blank=True, default=b'', editable=True)),
                ('legal_name_digest', models.CharField(blank=True, db_index=True, editable=False, max_length=64)),
                ('birth_date', registry.private.PrivateDateField(blank=True, default=b'', editable=True, null=True)),
                ('death_date', models.DateField(blank=True, null=True)),
                ('never_public', models.BooleanField(default=False, help_text='Never named on a public page. Forced for minors.')),
                ('isni', models.CharField(blank=True, max_length=16)),
                ('hand', models.CharField(blank=True, help_text='HAND person identifier', max_length=60)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'people',
                'ordering': ['alias'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='registry.organisation')),
                ('role', models.CharField(choices=[('legal_enter', 'Legal – enters'), ('legal_verify', 'Legal – enters and verifies'), ('business_affairs', 'Business affairs – reads'), ('vendor', 'Vendor'), ('performer', 'Performer or agent'), ('auditor', 'Auditor – reads the record'), ('dpo', 'Data protection officer'), ('operator', 'Operator')], max_length=20)),
                ('since', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'organisation', 'role'), name='one_membership_per_role')],
            },
        ),
        migrations.CreateModel(
            name='ApiClient',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('client_id', models.CharField(db_index=True, default=oauth2_provider.generators.generate_client_id, max_length=255, unique=True, verbose_name='client ID')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(app_label)s_%(class)s', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('redirect_uris', models.TextField(blank=True, help_text='Allowed URIs list, space separated', verbose_name='redirect URIs')),
                ('post_logout_redirect_uris', models.TextField(blank=True, default='', help_text='Allowed Post Logout URIs list, space separated', verbose_name='post logout redirect URIs')),
                ('client_type', models.CharField(choices=[('confidential', 'Confidential'), ('public', 'Public')], max_length=32, verbose_name='client type')),
                ('authorization_grant_type', models.CharField(choices=[('authorization-code', 'Authorization code'), ('urn:ietf:params:oauth:grant-type:device_code', 'Device Code'), ('implicit', 'Implicit'), ('password', 'Resource owner password-based'), ('client-credentials', 'Client credentials'), ('openid-hybrid', 'OpenID connect hybrid')], max_length=44, verbose_name='authorization grant type')),
                ('client_secret', oauth2_provider.models.ClientSecretField(blank=True, db_index=True, default=oauth2_provider.generators.generate_client_secret, help_text='Client secret for authentication', max_length=255, verbose_name='client secret')),
                ('hash_client_secret', models.BooleanField(default=True, verbose_name='hash client secret')),
                ('name', models.CharField(blank=True, max_length=255, verbose_name='name')),
                ('skip_authorization', models.BooleanField(default=False, verbose_name='skip authorization')),
                ('created', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('algorithm', models.CharField(blank=True, choices=[('', 'No OIDC support'), ('RS256', 'RSA with SHA-2 256'), ('HS256', 'HMAC with SHA-2 256')], default='', max_length=5, verbose_name='algorithm')),
                ('allowed_origins', models.TextField(blank=True, default='', help_text='Allowed origins list to enable CORS, space separated', verbose_name='allowed origins')),
                ('registration_source', models.CharField(choices=[('manual', 'Manual'), ('dcr', 'Dynamic Client Registration'), ('cimd', 'Client ID Metadata Document')], default='manual', help_text='How this application was registered (manual, DCR per RFC 7591, or CIMD)', max_length=32, verbose_name='registration source')),
                ('cimd_expires_at', models.DateTimeField(blank=True, default=None, help_text='When the cached Client ID Metadata Document should be re-fetched', null=True, verbose_name='CIMD expires at')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_clients', to='registry.organisation')),
                ('allowed_scopes', models.CharField(default='clearances assets:read assets:write productions:read', max_length=300)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'API client',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Authority',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=registry.models.people.authority_id, editable=False, max_length=40, unique=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorities', to='registry.person')),
                ('kind', models.CharField(choices=[('self', 'The person'), ('guardian', 'Parent or guardian'), ('agent', 'Agent'), ('attorney_in_fact', 'Attorney in fact'), ('executor', 'Executor'), ('heir', 'Heir'), ('trustee', 'Trustee'), ('assignee', 'Assignee'), ('union', 'Union'), ('court', 'Court')], max_length=20)),
                ('party', models.CharField(blank=True, help_text='Who: a name, or empty for the person', max_length=200)),
                ('basis', models.CharField(blank=True, help_text='The document it rests on', max_length=300)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('share_percent', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.OneToOneField(blank=True, help_text='The unverified record whose place this one takes', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='registry.authority')),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'authorities',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('recorded_by__isnull', True), ('verified_by__isnull', True), models.Q(('verified_by', models.F('recorded_by')), _negated=True), _connector='OR'), name='authority_is_verified_by_another'), models.CheckConstraint(condition=models.Q(('share_percent__isnull', True), models.Q(('share_percent__gt', 0), ('share_percent__lte', 100)), _connector='OR'), name='share_is_a_percentage')],
            },
        ),
        migrations.CreateModel(
            name='Production',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=registry.models.productions.production_id, editable=False, max_length=40, unique=True)),
                ('studio', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='productions', to='registry.organisation')),
                ('kind', models.CharField(choices=[('feature', 'Feature'), ('series', 'Series'), ('season', 'Season'), ('episode', 'Episode'), ('game', 'Game'), ('commercial', 'Commercial'), ('recording', 'Sound recording')], default='feature', max_length=20)),
                ('title', models.CharField(max_length=200)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='registry.production')),
                ('eidr', models.CharField(blank=True, help_text='10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C', max_length=40)),
                ('isan', models.CharField(blank=True, max_length=40)),
                ('photography_starts_on', models.DateField(blank=True, null=True, verbose_name='principal photography starts on')),
                ('jurisdictions', models.JSONField(blank=True, default=list, verbose_name='key jurisdictions')),
                ('default_territories', models.JSONField(blank=True, default=list, help_text="Scope a vendor's declaration may omit")),
                ('default_media', models.JSONField(blank=True, default=list)),
                ('default_languages', models.JSONField(blank=True, default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('agreements', models.ManyToManyField(blank=True, related_name='productions', to='registry.collectiveagreement')),
                ('vendors', models.ManyToManyField(blank=True, related_name='worked_on', to='registry.organisation')),
                ('cast', models.ManyToManyField(blank=True, related_name='productions', to='registry.person')),
            ],
            options={
                'ordering': ['title'],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=registry.models.productions.unit_id, editable=False, max_length=40, unique=True)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='registry.production')),
                ('kind', models.CharField(choices=[('scene', 'Scene'), ('shot', 'Shot')], default='shot', max_length=10)),
                ('code', models.CharField(max_length=60)),
                ('description', models.CharField(blank=True, max_length=300)),
                ('content_flags', models.JSONField(blank=True, default=list)),
            ],
            options={
                'ordering': ['code'],
                'constraints': [models.UniqueConstraint(fields=('production', 'code'), name='one_unit_per_code')],
            },
        ),
        forbid_changes(
            'registry_authority',
            'registry_event',
        ),
    ]
