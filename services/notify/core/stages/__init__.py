"""The six stages of a notice, one file each; services.notify.core.pipeline puts them in order."""
