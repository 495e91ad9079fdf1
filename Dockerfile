# The image of setup, intake and bot: built in a stage of its own, so that no build tool is in what runs.
ARG PYTHON_IMAGE=python:3.13-slim-trixie
FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements requirements
RUN pip install --require-hashes --only-binary :all: -r requirements/build.txt
RUN python -m venv --without-pip /opt/reportline \
    && pip --python /opt/reportline/bin/python install --require-hashes --only-binary :all: \
        -r requirements/runtime.txt
COPY . .
RUN pip wheel --no-deps --no-build-isolation --no-index --wheel-dir wheels . \
    && pip --python /opt/reportline/bin/python install --no-deps --no-index wheels/*.whl

FROM ${PYTHON_IMAGE}
# Folders that only their owner may enter; a new volume takes over the owner and mode of the folder on which it is put.
RUN groupadd --gid 10001 reportline \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin reportline \
    && install --directory --mode 0700 --owner 10001 --group 10001 /data /data/bot /data/intake
COPY --from=build /opt/reportline /opt/reportline
# The root file system is read-only at run time; the bytecode was written when the packages were installed.
ENV PATH=/opt/reportline/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
CMD ["reportline", "--help"]
