using RetinaSharp.Cli;
using RetinaSharp.Cli.Terminal;
using RetinaSharp.Kernels;

// Must be set before the first tensor is created. It affects the whole process, so the library leaves it to applications.
if (Environment.GetEnvironmentVariable("RETINASHARP_HEAP") != "system")
    Heap.KeepFreedMemory();
// Not disposed: srun signals the processes that end last, which would change their exit codes.
var signals = new StopSignals();
var code = RetinaCommand.Run(args, Console.Out, Consoles.Over(Console.Error), signals.Token);
GC.KeepAlive(signals);
return code;
