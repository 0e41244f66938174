using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Distributed;
using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Runs;

/// <summary>Options of an experiment of several training runs, which apply to all runs.</summary>
public abstract record ExperimentOptions
{
    /// <summary>Output folder for results and runs. Finished runs in it are reused, also those of other experiments.</summary>
    public required string Folder { get; init; }

    /// <summary>The device; null: CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Number type of the networks' computation.</summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// The processes that share the runs, by default only this one. Each run is trained by one process; rank 0 collects the results and writes the output folder. All
    /// create the experiment and run it with the same arguments and data. If one throws, call <see cref="IProcessGroup.Abort"/>, because the others wait for it.
    /// </summary>
    public IProcessGroup Group { get; init; } = SingleProcess.Instance;

    /// <summary>Number of CPU threads of a run; 0 for one per logical core.</summary>
    public int Threads { get; init; }

    /// <summary>Receives the log messages of all runs.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Maximum time between two checkpoints of a run.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The command that repeats the experiment, which is printed with the results.</summary>
    public string Command { get; init; } = "";

    /// <summary>Description of the machine, which is printed with the results.</summary>
    public string Machine { get; init; } = "";
}
