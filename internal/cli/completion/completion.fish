# fish completion for desklake: desklake completion fish > ~/.config/fish/completions/desklake.fish
complete -c desklake -f -a '(desklake complete -- (commandline -opc)[2..-1] (commandline -ct))'
complete -c desklake -s c -l config -r -F
