"""Scans in a form: several at once, told apart by the service that takes them in."""

from django import forms


class FileInput(forms.FileInput):
    allow_multiple_selected = True


class ScansField(forms.FileField):
    """A list of uploads, empty where none was chosen."""

    def __init__(self, **settings):
        accepted = {"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"}
        super().__init__(required=False, widget=FileInput(attrs=accepted), allow_empty_file=True, **settings)

    def clean(self, data, initial=None):
        return [super(ScansField, self).clean(each) for each in data or ()]


HELP = "PDF、JPEG 或者 PNG，每份不超过 20 MB，可以选择多份。"


def scans(label: str = "扫描件") -> ScansField:
    """The field of every form that takes scans."""
    return ScansField(label=label, help_text=HELP)
