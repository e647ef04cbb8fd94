"""Checks lines of the AWS command line against the service models that botocore brings; nothing is called."""
import re
import shlex
from functools import lru_cache

from botocore import xform_name
from botocore.session import get_session

# What the command line does without a service, or with several of its operations.
BY_ITSELF = {
    ("rds", "generate-db-auth-token"): {"--hostname", "--port", "--username"},
    ("cloudformation", "deploy"): {"--stack-name", "--template-file", "--capabilities", "--parameter-overrides"},
}
OF_THE_COMMAND_LINE = {"--query", "--output", "--region", "--profile"}


@lru_cache(maxsize=None)
def session():
    return get_session()


@lru_cache(maxsize=None)
def model_of(service):
    return session().get_service_model(service)


def errors(line):
    """What is wrong with a line that begins with aws."""
    # A command in place of a value is looked at by itself.
    words = shlex.split(re.sub(r'"\$\([^)]*\)"', "VALUE", line))
    service, operation, rest = words[1], words[2], words[3:]
    if (service, operation) in BY_ITSELF:
        known = BY_ITSELF[service, operation]
    elif service not in session().get_available_services():
        return [f"aws has no service {service}"]
    else:
        model = model_of(service)
        names = {xform_name(name, "-"): name for name in model.operation_names}
        if operation not in names:
            return [f"aws {service} has no {operation}"]
        members = model.operation_model(names[operation]).input_shape.members
        known = {"--" + xform_name(name, "-") for name in members}
        known |= {"--no-" + xform_name(name, "-") for name in members}
    given = [word.partition("=")[0] for word in rest if word.startswith("--")]
    return [f"aws {service} {operation} has no {option}" for option in given if option not in known | OF_THE_COMMAND_LINE]
