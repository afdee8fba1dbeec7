"""A small Huma: organisations, people, roles, a people page, system settings and a mailbox.

It is here to show the extension and to test it with, and `mounting.py` is the example of how a host mounts it.
"""

from huma_tripletex.demo.app import create_app
from huma_tripletex.demo.database import db
from huma_tripletex.demo.models import Organisation, Person, Role, User

__all__ = ["Organisation", "Person", "Role", "User", "create_app", "db"]
