# Functions for building and pushing images without a daemon; sourced by the build scripts here and under tests/images.

# pack_image LAYOUT TAG ROOTFS ENTRYPOINT...: an OCI image of the files in ROOTFS, the same bytes each time.
pack_image() {
    local layout=$1 tag=$2 rootfs=$3 epoch=1970-01-01T00:00:00Z word
    shift 3
    [ -f "$layout/oci-layout" ] || umoci init --layout "$layout"
    tar --create --format=gnu --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode='u+rwX,go+rX,go-w' \
        --directory "$rootfs" --file "$layout.$tag.tar" .
    umoci new --image "$layout:$tag"
    umoci raw add-layer --image "$layout:$tag" --history.created "$epoch" --history.created_by "samples" "$layout.$tag.tar"
    rm -f "$layout.$tag.tar"
    local options=()
    for word in "$@"; do options+=(--config.entrypoint "$word"); done
    umoci config --image "$layout:$tag" --created "$epoch" --history.created "$epoch" --history.created_by "samples" \
        --os linux --architecture amd64 --config.env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${options[@]}"
    umoci gc --layout "$layout" >/dev/null
}

# image_digest LAYOUT TAG: hex SHA-256 of the manifest.
image_digest() {
    skopeo inspect --raw "oci:$1:$2" | sha256sum | cut -d' ' -f1
}

# push_image LAYOUT TAG REGISTRY NAME: to REGISTRY/NAME:TAG; loopback registries by plain http. Skips what is there.
push_image() {
    local layout=$1 tag=$2 registry=$3 name=$4 tls=true digest
    case "$registry" in 127.*|localhost*|\[::1\]*) tls=false ;; esac
    digest=$(image_digest "$layout" "$tag")
    if skopeo inspect --raw --tls-verify=$tls "docker://$registry/$name@sha256:$digest" >/dev/null 2>&1; then return; fi
    skopeo --insecure-policy copy --quiet --dest-tls-verify=$tls "oci:$layout:$tag" "docker://$registry/$name:$tag"
}
