from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from . import keys


class Account(models.Model):
    """What a `Person` is the owner of, in a host whose people are known by their accounts."""

    class Meta:
        app_label = "host"

    def __str__(self):
        return f"account {self.pk}"


class Person(AbstractBaseUser):
    """Known by an address, has no user name, first name, last name or permissions."""

    key = keys.key()
    email = models.EmailField(unique=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "email"

    class Meta:
        app_label = "host"


class Picture(models.Model):
    """A picture of a person, in a table of its own."""

    person = models.OneToOneField(Person, models.CASCADE)
    url = models.URLField()

    class Meta:
        app_label = "host"

    def __str__(self):
        return self.url
