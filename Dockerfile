# NOT TRIED: no Docker was at hand where this was written. Corrections are welcome.
#
# RetinaSharp in Debian 12, for people on Windows or a Mac. Build it in a checkout:
#     docker build --platform linux/amd64 --build-arg SDK=IMAGE -t retina .
# IMAGE is any image with the .NET 10 SDK for linux/amd64 in /usr/share/dotnet: Microsoft's own is dotnet/sdk:10.0 in its registry.
# Then, in the folder with your data (this too has not been tried):
#     docker run --rm -v "$PWD:/data" retina detect runs/first photo.jpg --out found
ARG SDK
FROM ${SDK} AS sdk

FROM debian:bookworm
COPY --from=sdk /usr/share/dotnet /usr/share/dotnet
ENV PATH=/usr/share/dotnet:$PATH
COPY . /opt/RetinaSharp
# The command installs LibTorch, OpenCV and a compiler, and builds itself, when it is first run.
RUN /opt/RetinaSharp/retina --help && rm -rf /var/lib/apt/lists/*
WORKDIR /data
ENTRYPOINT ["/opt/RetinaSharp/retina"]
