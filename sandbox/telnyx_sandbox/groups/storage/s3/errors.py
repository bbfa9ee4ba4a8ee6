"""S3's error codes, and the exception that a handler raises to answer with one."""

from typing import Final

ERRORS: Final[dict[str, tuple[int, str]]] = {
    "AccessDenied": (403, "Access to this is denied."),
    "BadDigest": (400, "The Content-MD5 does not fit what was received."),
    "BucketAlreadyExists": (409, "Another account has a bucket of this name."),
    "BucketAlreadyOwnedByYou": (409, "You have this bucket already."),
    "BucketNotEmpty": (409, "The bucket holds objects."),
    "EntityTooLarge": (400, "The object is larger than one upload may be."),
    "EntityTooSmall": (400, "A part that is not the last has fewer than 5 MiB."),
    "InvalidLocationConstraint": (400, "The location constraint is not that of this endpoint."),
    "InternalError": (500, "Something went wrong inside the service."),
    "InvalidAccessKeyId": (403, "There is no such access key."),
    "InvalidArgument": (400, "An argument is not valid."),
    "InvalidBucketName": (400, "The name of the bucket is not valid."),
    "InvalidPart": (400, "A part was not found, or its ETag is another."),
    "InvalidPartOrder": (400, "The parts are not in ascending order."),
    "InvalidRange": (416, "The range is outside the object."),
    "KeyTooLongError": (400, "The name of the object is longer than 1,024 bytes."),
    "MalformedXML": (400, "The XML of the body is not that of this operation."),
    "NoSuchBucket": (404, "There is no bucket of this name."),
    "NoSuchKey": (404, "There is no object of this name."),
    "NoSuchUpload": (404, "There is no such upload."),
    "NotImplemented": (501, "This operation is not offered."),
    "PermanentRedirect": (301, "The bucket is in another region."),
    "SlowDown": (503, "There are too many requests."),
}


class S3Error(Exception):
    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = ERRORS[code][0]
        self.message = message or ERRORS[code][1]
