"""EMAIL_URL says where mail goes: a folder, or a mail server with or without TLS."""

import pytest

from registry import addresses


@pytest.mark.parametrize(
    ("url", "host", "port", "ssl", "tls"),
    [
        ("smtp://post.example", "post.example", 587, False, False),
        ("smtp://post.example:25?tls=yes", "post.example", 25, False, True),
        ("smtps://post.example", "post.example", 465, True, False),
    ],
)
def test_a_mail_server_is_spoken_to_as_its_address_says(url, host, port, ssl, tls):
    mail = addresses.mail(url)
    assert mail.backend.endswith("smtp.EmailBackend") and mail.folder is None
    assert (mail.host, mail.port, mail.ssl, mail.tls) == (host, port, ssl, tls)


def test_name_and_password_are_read_as_they_were_meant():
    mail = addresses.mail("smtps://desk%40northlight:a%2Fb@post.example")
    assert (mail.user, mail.password) == ("desk@northlight", "a/b")


def test_a_folder_takes_each_mail_as_a_file():
    mail = addresses.mail("file:///var/countersign/mail")
    assert mail.backend.endswith("filebased.EmailBackend")
    assert (mail.folder, mail.user, mail.ssl, mail.tls) == ("/var/countersign/mail", "", False, False)


def test_anything_else_is_refused_with_what_is_known():
    with pytest.raises(addresses.AddressMistaken, match="file:, smtp: and smtps: are known here"):
        addresses.mail("imap://post.example")
