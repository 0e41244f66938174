using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Distributed;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Training;

/// <summary>Run folder, device, resources and custom components of a training run. Hyperparameters are in <see cref="RunSettings"/>.</summary>
public sealed record TrainerOptions
{
    /// <summary>
    /// The run folder; created if it does not exist. Unless <see cref="Resume"/> is set, a new run replaces the run that the folder contains.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>Receives log messages, such as resumed runs, loaded weights and files that cannot be written. Progress is not logged.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Custom components that replace or extend the built-in ones.</summary>
    public TrainingComponents Components { get; init; } = TrainingComponents.BuiltIn;

    /// <summary>Device to train on; null for the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Precision of the network's computation. By default it depends on the device: bf16 where the hardware supports it, else fp32.</summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Number of CPU threads of the network's computation in this process; 0 for one per logical core, shared with the other processes of <see cref="Group"/> that may use the
    /// same cores.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// The processes that train together, by default only this one. They share the shards of a batch (<see cref="TrainingSettings.Shards"/>), a multiple of their number. The
    /// result does not depend on their number: N processes give the weights of one process with N shards to the last bit, on CPUs of the same kind. All call
    /// <see cref="Trainer.Train(IProgress{TrainingProgress}, CancellationToken)"/> with the same settings and data. Rank 0 reads the initial weights and the checkpoint, and writes the run folder; callbacks are called in
    /// every process. If training throws in one process, call <see cref="IProcessGroup.Abort"/>, because the others wait for it.
    /// </summary>
    public IProcessGroup Group { get; init; } = SingleProcess.Instance;

    /// <summary>
    /// Whether processes send gradients in bf16 even if they were computed or accumulated in fp32: for slow networks. They are added in fp32 in any case.
    /// </summary>
    public bool GradientsInBFloat16 { get; init; }

    /// <summary>
    /// Whether processes may exchange the memory of their GPUs by NCCL, if all have it and a GPU each; otherwise by MPI through host memory. Not tried on GPUs.
    /// </summary>
    public bool UsesNccl { get; init; } = true;

    /// <summary>
    /// Whether to resume the run in the folder from its last checkpoint. On the same machine, the result is bit for bit that of an uninterrupted run. If the
    /// folder contains no run, training starts from the beginning. A finished run is not changed.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Maximum time between two checkpoints, which is the maximum work lost in a crash; zero for a checkpoint after every step.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether to leave out images that cannot be used: files that are missing, corrupt or no images, and images whose size differs from the annotated
    /// size. Every image is decoded before the first step, and again when the run is resumed, which takes about as long as loading an epoch. If false, only
    /// the header and the end of files are read: bad images are an error before the first step, which names all of them, and damage in the middle of a file
    /// is an error when the image is loaded.
    /// </summary>
    public bool SkipBadImages { get; init; }
}
