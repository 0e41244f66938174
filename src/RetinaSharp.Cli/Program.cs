using RetinaSharp.Cli;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Kernels;

// Before the first tensor. The setting is of the whole process, so the library leaves it to applications.
if (Environment.GetEnvironmentVariable("RETINASHARP_HEAP") != "system")
    Heap.KeepFreedMemory();
using var signals = new StopSignals();
return RetinaCommand.Run(args, Console.Out, Consoles.Over(Console.Error), signals.Token);
