package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
)

// visitVariable says what the user does in the browser that the program opens: allow or deny; nothing where the machine
// has no browser; or the name of a file, to which the address goes, for another one to visit it.
const visitVariable = "DESKLAKE_TEST_VISIT"

// visit is a browser with its user: it opens the address, clicks, and goes where it is sent. It prints the page at the end.
func visit() {
	decision, address := os.Getenv(visitVariable), os.Args[1]
	switch {
	case decision == "":
		os.Exit(3) // of xdg-open: a tool that it needs is not there
	case strings.HasPrefix(decision, "/"):
		if err := os.WriteFile(decision+".new", []byte(strings.Join(os.Args, "\n")), 0o600); err != nil || os.Rename(decision+".new", decision) != nil {
			os.Exit(1)
		}
		return
	}
	page, err := clickAt(http.DefaultClient, address, decision)
	fmt.Println(page, err)
	if err != nil {
		os.Exit(1)
	}
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// clickAt opens the page that asks for consent and sends its form, as a browser does. It returns the page at the end.
func clickAt(client *http.Client, address, decision string) (string, error) {
	page, err := read(client.Get(address))
	if err != nil {
		return page, err
	}
	form := url.Values{"decision": {decision}}
	for _, input := range hiddenInput.FindAllStringSubmatch(page, -1) {
		form.Set(input[1], input[2])
	}
	to, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	return read(client.PostForm(to.Scheme+"://"+to.Host+"/oauth/authorizations", form))
}

func read(r *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	page, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", r.Status, page)
	}
	return string(page), err
}
