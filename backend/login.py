"""The admin's form to sign in, which says when passwords come too fast."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError


class LoginForm(AdminAuthenticationForm):
    def get_invalid_login_error(self) -> ValidationError:
        refused: Any = getattr(self.request, "password_refused", None)
        return ValidationError(refused) if refused else super().get_invalid_login_error()
