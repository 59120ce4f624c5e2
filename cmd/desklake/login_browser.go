package main

import (
	"context"
	"os/exec"
	"runtime"
)

// browser is the command that shows an address. It gets no terminal, so that no browser in text takes this one.
func browser(ctx context.Context, address string) *exec.Cmd {
	switch runtime.GOOS {
	case "darwin":
		return exec.CommandContext(ctx, "open", address)
	case "windows":
		return exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", address)
	}
	return exec.CommandContext(ctx, "xdg-open", address)
}
