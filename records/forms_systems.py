"""Forms about the source systems of a department."""

from django import forms

from accounts.models import SourceSystem


class SystemForm(forms.ModelForm):
    use_required_attribute = False

    class Meta:
        model = SourceSystem
        fields = ("name", "code", "way", "contact", "in_use_from")
        widgets = {
            "in_use_from": forms.DateInput(
                {"placeholder": "2026-11-03", "inputmode": "numeric", "autocomplete": "off"}, format="%Y-%m-%d"
            )
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = [("", "请选择"), *SourceSystem.Way.choices]
        self.fields["way"].help_text = "接口：由系统管理员签发属于这个系统的令牌；收件箱：本部门只能有一个。"


class ChangedSystemForm(forms.ModelForm):
    """What may change while it is in use; code and way are what its deliveries are known by."""

    use_required_attribute = False

    class Meta:
        model = SourceSystem
        fields = ("name", "contact")


class EndSystemForm(forms.Form):
    use_required_attribute = False

    reason = forms.CharField(
        label="停用原因",
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "请写明停用原因。"},
    )
