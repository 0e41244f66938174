using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetinaSharp.Detection.Configuration;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>Where and with what a training runs; nothing here changes what is learnt, apart from the weights it starts from and the precision of numbers.</summary>
public sealed record TrainerOptions
{
    /// <summary>
    /// The run folder; made where it is not there. Without <see cref="Resume"/> a new training takes the place of one that the
    /// folder holds.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>Receives what a user should know: a run that is resumed, weights that were loaded, files that cannot be written. Progress goes to the callbacks.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Parts that the application brings.</summary>
    public TrainingComponents Components { get; init; } = TrainingComponents.BuiltIn;

    /// <summary>Device of the network; null: the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Number type of the network's computation.</summary>
    public Precision Precision { get; init; }

    /// <summary>Threads of the network's computation; 0: one for each core.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Whether to go on with the training that the folder holds, from its last checkpoint. On the same machine the result is, to the
    /// last bit, that of a training which was never interrupted. A folder that holds none is trained into from the beginning; a
    /// training that is finished is left alone.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Most time between two checkpoints, and so the most work that a crash can cost; zero: one after every step.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A model to start from: a run folder, a model file, or a safetensors or PyTorch file (.pth) with torchvision's names of a RetinaNet or
    /// a ResNet.
    /// Every weight whose name and shape fit is taken, and of the last layer of the classification what belongs to classes of the
    /// same name. Null: random weights.
    /// </summary>
    public string? Weights { get; init; }
}
