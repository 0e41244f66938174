using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetinaSharp.Detection.Configuration;
using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Options of an <see cref="AblationRunner"/>, which apply to all runs.</summary>
public sealed record AblationOptions
{
    /// <summary>Output folder for tables and runs. Finished runs in it are reused, also those of other tables.</summary>
    public required string Folder { get; init; }

    /// <summary>Number of runs per row, at least 1. The first run has the seed of the row's settings, each further run the next seed.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>The device; null: CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Number type of the networks' computation.</summary>
    public Precision Precision { get; init; }

    /// <summary>Receives the log messages of all runs.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Maximum time between two checkpoints of a run.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The command that reproduces the table, which is printed with it.</summary>
    public string Command { get; init; } = "";

    /// <summary>Description of the machine, which is printed below the table.</summary>
    public string Machine { get; init; } = "";
}
