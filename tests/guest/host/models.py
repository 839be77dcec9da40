from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from .keys import key


class Person(AbstractBaseUser):
    """Known by an address, has no user name, first name, last name or permissions."""

    id = key()
    email = models.EmailField(unique=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "email"

    class Meta:
        app_label = "host"
