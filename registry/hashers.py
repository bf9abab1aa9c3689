"""How the secrets of programs are kept."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class ClientSecretHasher(PBKDF2PasswordHasher):
    """Few rounds suffice: a secret of 64 random characters cannot be guessed, and a program fetches tokens often."""

    algorithm = "client_secret"
    iterations = 1_000

    def must_update(self, encoded: str) -> bool:
        return False
