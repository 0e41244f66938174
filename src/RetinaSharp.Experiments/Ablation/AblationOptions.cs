using RetinaSharp.Detection.Configuration;
using static TorchSharp.torch;

namespace RetinaSharp.Experiments.Ablation;

/// <summary>Where tables are made; nothing here is varied.</summary>
public sealed record AblationOptions
{
    /// <summary>Where everything goes. A training that is done in it is not done again, whichever table wants it.</summary>
    public required string Folder { get; init; }

    /// <summary>Trainings of each row, with the settings' seed and those that follow it; from 1.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Where networks are computed.</summary>
    public Device? Device { get; init; }

    /// <summary>Number type of the networks' computation.</summary>
    public Precision Precision { get; init; }

    /// <summary>What every training starts from, as in a training's options; null: random weights.</summary>
    public string? Weights { get; init; }

    /// <summary>Most time between two checkpoints of a training.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The command that makes the table, as the table is to name it.</summary>
    public string Command { get; init; } = "";

    /// <summary>What it runs on, as the table is to name it.</summary>
    public string Machine { get; init; } = "";
}
