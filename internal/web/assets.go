package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

//go:embed page
var files embed.FS

// assetName is a file of the page with the mark of its content in its name, so that a browser may keep it for ever.
func assetName(name string) (string, error) {
	content, err := files.ReadFile("page/" + name)
	sum := sha256.Sum256(content)
	base, ext, _ := strings.Cut(name, ".")
	return base + "-" + hex.EncodeToString(sum[:4]) + "." + ext, err
}

var mediaTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// asset answers with a file of the page, if its content is still the one that was meant.
func asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	base, _, _ := strings.Cut(name, "-")
	plain := base + path.Ext(name)
	kind, known := mediaTypes[path.Ext(name)]
	marked, err := assetName(plain)
	if !known || err != nil || marked != name {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeFileFS(w, r, files, "page/"+plain)
}
