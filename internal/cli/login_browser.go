package cli

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"runtime"
)

// openBrowser shows an address to the user, if the machine has a screen. It ends with the program that shows it.
func openBrowser(ctx context.Context, address string, stderr io.Writer) {
	if err := browser(ctx, address).Run(); err != nil && ctx.Err() == nil {
		fmt.Fprintln(stderr, "No browser could be opened: open the address yourself, on this machine.")
	}
}

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
