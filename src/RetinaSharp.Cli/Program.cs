using RetinaSharp.Cli;
using RetinaSharp.Cli.Terminal;

using var signals = new StopSignals();
return RetinaCommand.Run(args, Console.Out, Consoles.Over(Console.Error), signals.Token);
