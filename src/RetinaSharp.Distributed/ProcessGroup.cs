namespace RetinaSharp.Distributed;

/// <summary>Creates the process group that this process belongs to.</summary>
public static class ProcessGroup
{
    /// <summary>Whether a launcher of MPI, such as mpirun or srun, started several processes.</summary>
    public static bool IsLaunched => LaunchEnvironment.Current.Size > 1;

    /// <summary>Rank of this process as its launcher tells it, which is known before <see cref="Join(MpiOptions?)"/>; 0 without a launcher.</summary>
    public static int LaunchedRank => LaunchEnvironment.Current.Rank;

    /// <summary>
    /// Joins the processes that a launcher of MPI started; without a launcher, or if it started one process, returns <see cref="SingleProcess"/>, which needs no MPI library.
    /// </summary>
    /// <param name="options">Options of MPI; null: the defaults.</param>
    /// <exception cref="DistributedException">
    /// There is no MPI library, it does not belong to the launcher, or another launcher, such as torchrun, started several processes.
    /// </exception>
    public static IProcessGroup Join(MpiOptions? options = null) => Join(LaunchEnvironment.Current, options);

    internal static IProcessGroup Join(LaunchEnvironment launch, MpiOptions? options)
    {
        if (launch.ForeignSize > 1)
            throw new DistributedException($"WORLD_SIZE is {launch.ForeignSize}, but MPI started this process alone, so that {launch.ForeignSize} processes would each do the whole work: start them with mpirun or srun instead of torchrun.");
        return launch.Size > 1 ? new MpiProcessGroup(options) : SingleProcess.Instance;
    }
}
