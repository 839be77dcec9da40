"""The admin's form for signing in. It says so when passwords were tried too often."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError


class LoginForm(AdminAuthenticationForm):
    def get_invalid_login_error(self) -> ValidationError:
        refused: Any = getattr(self.request, "password_refused", None)
        return ValidationError(refused) if refused else super().get_invalid_login_error()
