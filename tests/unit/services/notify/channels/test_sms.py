"""The signature of text messages, held against the example that the provider published."""

from services.notify.channels.sms import signature

PUBLISHED = {
    "AccessKeyId": "testId",
    "Timestamp": "2017-07-12T02:42:19Z",
    "Format": "XML",
    "SignatureMethod": "HMAC-SHA1",
    "SignatureVersion": "1.0",
    "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466",
    "Action": "SendSms",
    "Version": "2017-05-25",
    "RegionId": "cn-hangzhou",
    "PhoneNumbers": "15300000001",  # the provider's own example, which its published signature covers
    "SignName": "阿里云短信测试专用",
    "TemplateParam": '{"customer":"test"}',
    "TemplateCode": "SMS_71390007",
    "OutId": "123",
}


def test_the_published_example() -> None:
    """Parameters, secret and result are those of the provider's documentation."""
    assert signature("GET", PUBLISHED, "testSecret") == "zJDF+Lrzhj/ThnlvIToysFRq6t4="


def test_the_order_of_the_parameters_does_not_matter() -> None:
    """They are sorted before they are signed."""
    assert signature("GET", dict(reversed(PUBLISHED.items())), "testSecret") == "zJDF+Lrzhj/ThnlvIToysFRq6t4="
