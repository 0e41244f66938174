namespace RetinaSharp.Distributed;

/// <summary>What the variables of a launcher (mpirun, srun) say about the processes that it started.</summary>
/// <param name="read">Reads an environment variable; null if it is not set.</param>
internal sealed class LaunchEnvironment(Func<string, string?> read)
{
    // The innermost first: mpirun may run in a step of srun, whose variables then tell of the step. SLURM_NTASKS is also set in the batch script, which is one process.
    private static readonly (string Size, string Rank)[] Launchers = [("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"), ("PMI_SIZE", "PMI_RANK"), ("SLURM_STEP_NUM_TASKS", "SLURM_PROCID")];

    /// <summary>The environment of this process.</summary>
    public static LaunchEnvironment Current { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>Number of processes that the launcher started; 1 without a launcher.</summary>
    public int Size => int.TryParse(read(Launcher.Size), out var size) ? size : 1;

    /// <summary>Rank of this process among those that the launcher started; 0 without a launcher.</summary>
    public int Rank => Size > 1 && int.TryParse(read(Launcher.Rank), out var rank) ? rank : 0;

    /// <summary>Number of processes that a launcher other than MPI's, such as torchrun, started; 1 without one.</summary>
    public int ForeignSize => Size == 1 && int.TryParse(read("WORLD_SIZE"), out var size) ? size : 1;

    /// <summary>Whether the launcher is Open MPI's.</summary>
    public bool IsOpenMpi => read("OMPI_COMM_WORLD_SIZE") is not null;

    /// <summary>Whether the launcher is MPICH's, or srun with MPICH's interface.</summary>
    public bool IsMpich => !IsOpenMpi && (read("PMI_FD") is not null || (read("PMI_RANK") is not null && read("PMIX_RANK") is null));

    private (string Size, string Rank) Launcher => Launchers.FirstOrDefault(launcher => read(launcher.Size) is not null, Launchers[0]);
}
