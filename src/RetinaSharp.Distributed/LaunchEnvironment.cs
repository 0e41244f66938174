namespace RetinaSharp.Distributed;

/// <summary>What the variables of a launcher (mpirun, srun) say about the processes that it started.</summary>
/// <param name="read">Reads an environment variable; null if it is not set.</param>
internal sealed class LaunchEnvironment(Func<string, string?> read)
{
    // SLURM_NTASKS is also set in the batch script, which is one process.
    private static readonly string[] Sizes = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"];
    private static readonly string[] Ranks = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"];

    /// <summary>The environment of this process.</summary>
    public static LaunchEnvironment Current { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>Number of processes that the launcher started; 1 without a launcher.</summary>
    public int Size => Sizes.Max(name => int.TryParse(read(name), out var size) ? size : 1);

    /// <summary>Rank of this process among those that the launcher started; 0 without a launcher.</summary>
    public int Rank => Size == 1 ? 0 : Ranks.Max(name => int.TryParse(read(name), out var rank) ? rank : 0);

    /// <summary>Number of processes that a launcher other than MPI's, such as torchrun, started; 1 without one.</summary>
    public int ForeignSize => Size == 1 && int.TryParse(read("WORLD_SIZE"), out var size) ? size : 1;

    /// <summary>Whether the launcher is Open MPI's.</summary>
    public bool IsOpenMpi => read("OMPI_COMM_WORLD_SIZE") is not null;

    /// <summary>Whether the launcher is MPICH's, or srun with MPICH's interface.</summary>
    public bool IsMpich => !IsOpenMpi && (read("PMI_FD") is not null || (read("PMI_RANK") is not null && read("PMIX_RANK") is null));
}
