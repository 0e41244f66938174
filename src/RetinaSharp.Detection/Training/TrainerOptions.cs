using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Training;

/// <summary>Where and with what a training runs; nothing here changes what is learnt, apart from the precision of numbers.</summary>
public sealed record TrainerOptions
{
    /// <summary>The run folder; made where it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>Where the network is computed.</summary>
    public Device Device { get; init; }

    /// <summary>Number type of the network's computation.</summary>
    public Precision Precision { get; init; }

    /// <summary>Threads of the network's computation; 0: one for each processor.</summary>
    public int Threads { get; init; }
}
