"""Forms at the door, and those administrators place people with."""

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm, PasswordChangeForm, UserChangeForm
from django.core.exceptions import ValidationError
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as InvalidNumber

from accounts.models import DEPARTMENT_ROLES, ApiToken, Department, Region, Role, SourceSystem, User

PASSWORD_RULES = "至少 12 个字符，不能全是数字，不能是常见密码或与账号相近。"


class SignInForm(forms.Form):
    username = forms.CharField(
        label="账号",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "请填写账号。"},
    )
    password = forms.CharField(
        label="密码",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请填写密码。"},
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class OwnPasswordForm(PasswordChangeForm):
    """The old password and the new one twice; paste and password managers are welcome (WCAG 2.2, 3.3.8)."""

    error_messages = PasswordChangeForm.error_messages | {
        "password_incorrect": "原密码不正确。请重新输入。",
        "password_mismatch": "两次输入的新密码不一致。请重新输入。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        labels = {"old_password": "原密码", "new_password1": "新密码", "new_password2": "再输入一次新密码"}
        for name, label in labels.items():
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"请填写{label}。"
        self.fields["new_password1"].help_text = PASSWORD_RULES
        self.fields["new_password2"].help_text = ""
        self.fields["old_password"].widget.attrs.pop("autofocus", None)


def _require_place(role: str, department: Department | None, region: Region | None) -> None:
    if region and role != Role.SUPERVISOR:
        text = "督导区划只用于监督员。请留空。"
        raise ValidationError({"region": ValidationError(text, code="region_is_a_supervisors")})
    if role in DEPARTMENT_ROLES and department is None:
        raise ValidationError(
            {"department": f"{Role(role).label}必须属于一个部门。请选择部门。"}, code="department_required"
        )


class UserAddForm(BaseUserCreationForm):
    """A new colleague with a first password, which they change after signing in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_RULES

    class Meta:
        model = User
        fields = ("username", "display_name", "role", "department", "region")

    def clean(self):
        cleaned = super().clean()
        if "role" in cleaned:
            _require_place(cleaned["role"], cleaned.get("department"), cleaned.get("region"))
        return cleaned


class UserEditForm(UserChangeForm):
    class Meta:
        model = User
        fields = ("username", "display_name", "role", "department", "region", "is_active")

    def clean(self):
        cleaned = super().clean()
        if "role" in cleaned:
            _require_place(cleaned["role"], cleaned.get("department"), cleaned.get("region"))
            if self.instance.is_superuser and cleaned["role"] != Role.ADMINISTRATOR:
                raise ValidationError({"role": "超级用户只能是系统管理员。"}, code="superuser_is_administrator")
        return cleaned


class DepartmentForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = ("code", "name", "former_names", "uscc", "region", "parent", "is_active", "source")

    def clean_uscc(self) -> str | None:
        """Strict form and check digit (GB 32100); empty stays NULL so that the column can be unique."""
        text = self.cleaned_data["uscc"]
        if not text:
            return None
        try:
            return uscc.validate(text.strip().upper())
        except InvalidNumber as error:
            raise ValidationError("不符合统一社会信用代码校验规则。请核对 18 位代码。", code="uscc_invalid") from error


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ("department", "user", "system", "name")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["system"].queryset = SourceSystem.objects.in_use().filter(way=SourceSystem.Way.API)
        self.fields["system"].label_from_instance = lambda system: f"{system.department}：{system}"

    def clean(self):
        cleaned = super().clean()
        user, department, system = cleaned.get("user"), cleaned.get("department"), cleaned.get("system")
        if user and department and user.department_id != department.pk:
            raise ValidationError(
                {"user": "责任人须是该部门的在用人员。请重新选择。"}, code="user_of_another_department"
            )
        if system and department and system.department_id != department.pk:
            text = "来源系统须是该部门登记的。请重新选择。"
            raise ValidationError({"system": ValidationError(text, code="system_of_another_department")})
        return cleaned
