"""Files on their way in. They may hold identity numbers, so no plain copy ever touches the disk."""

import os

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class MemoryUploadHandler(FileUploadHandler):
    """Keeps an upload in an anonymous file in memory.

    What exceeds the limit is not kept: one byte too many is enough for the verb that stores it to refuse the file.
    """

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.file = os.fdopen(os.memfd_create("upload", os.MFD_CLOEXEC), "w+b")
        self.size = 0

    def receive_data_chunk(self, raw_data, start):
        room = settings.UPLOAD_LIMIT_BYTES + 1 - self.size
        self.size += self.file.write(raw_data[:room])

    def file_complete(self, file_size):
        self.file.seek(0)
        return UploadedFile(
            file=self.file,
            name=self.file_name,
            content_type=self.content_type,
            size=self.size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self):
        self.file.close()
