using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetinaSharp.Detection.Configuration;
using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Options of an <see cref="AblationRunner"/> that all runs share.</summary>
public sealed record AblationOptions
{
    /// <summary>Output folder. Finished runs in it are reused, by any table.</summary>
    public required string Folder { get; init; }

    /// <summary>Runs per row, with consecutive seeds from that of the settings; at least 1.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>The device; null: CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Precision of the networks.</summary>
    public Precision Precision { get; init; }

    /// <summary>Initial weights of all runs, as in <c>TrainerOptions</c>; null: random.</summary>
    public string? Weights { get; init; }

    /// <summary>Receives the log messages of all runs.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Maximum time between two checkpoints.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The command that reproduces the table, for its header.</summary>
    public string Command { get; init; } = "";

    /// <summary>The machine, for the footer of the table.</summary>
    public string Machine { get; init; } = "";
}
