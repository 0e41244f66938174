namespace RetinaSharp.Distributed.Tests;

public sealed class ProcessGroupTests
{
    [Fact]
    public void Join_WithoutALauncher_IsASingleProcess()
    {
        var group = ProcessGroup.Join(Launch(), null);

        double[] values = [1, 2];
        group.Reduce(values);
        var received = new byte[2];
        group.Exchange([1, 2], [2], received);
        group.GatherParts([3], [1]);
        group.Broadcast([4]);
        Assert.Same(SingleProcess.Instance, group);
        Assert.Equal((0, 1, 0, 1), (group.Rank, group.Size, group.LocalRank, group.LocalSize));
        Assert.Equal([1.0, 2], values);
        Assert.Equal([1, 2], received);
        Assert.Equal([1, 2, 3], Assert.Single(group.Gather([1, 2, 3])));
    }

    [Fact]
    public void Join_StartedByTorchrun_ThrowsWithTheRemedy() =>
        Assert.Contains("mpirun or srun", Assert.Throws<DistributedException>(() => ProcessGroup.Join(Launch(("WORLD_SIZE", "4")), null)).Message);

    [Theory]
    [InlineData(2, true, false, "OMPI_COMM_WORLD_SIZE=2", "PMIX_RANK=0")]
    [InlineData(3, false, true, "PMI_SIZE=3", "PMI_RANK=1")]
    [InlineData(4, false, true, "SLURM_STEP_NUM_TASKS=4", "PMI_FD=9")]
    [InlineData(4, false, false, "SLURM_STEP_NUM_TASKS=4", "PMIX_RANK=0", "PMI_RANK=0")]
    [InlineData(2, true, false, "OMPI_COMM_WORLD_SIZE=2", "SLURM_STEP_NUM_TASKS=8")]
    [InlineData(1, true, false, "OMPI_COMM_WORLD_SIZE=1", "SLURM_STEP_NUM_TASKS=8")]
    [InlineData(2, false, true, "PMI_SIZE=2", "PMI_RANK=0", "SLURM_STEP_NUM_TASKS=8")]
    [InlineData(1, false, false, "SLURM_NTASKS=8")]
    [InlineData(1, false, false, "PMI_SIZE=x")]
    public void LaunchEnvironment_VariablesOfALauncher_GiveSizeAndKind(int size, bool isOpenMpi, bool isMpich, params string[] variables)
    {
        var launch = Parse(variables);

        Assert.Equal((size, isOpenMpi, isMpich), (launch.Size, launch.IsOpenMpi, launch.IsMpich));
    }

    [Theory]
    [InlineData(1, "OMPI_COMM_WORLD_SIZE=2", "OMPI_COMM_WORLD_RANK=1", "PMI_RANK=7", "SLURM_STEP_NUM_TASKS=8", "SLURM_PROCID=5")]
    [InlineData(0, "PMI_SIZE=2", "PMI_RANK=0", "SLURM_STEP_NUM_TASKS=8", "SLURM_PROCID=5")]
    [InlineData(5, "SLURM_STEP_NUM_TASKS=8", "SLURM_PROCID=5", "PMI_RANK=0")]
    [InlineData(0, "SLURM_PROCID=5")]
    public void LaunchEnvironment_VariablesOfSeveralLaunchers_RankIsThatOfTheOneWithTheSize(int rank, params string[] variables) => Assert.Equal(rank, Parse(variables).Rank);

    private static LaunchEnvironment Parse(string[] variables) => Launch([.. variables.Select(one => one.Split('=')).Select(pair => (pair[0], pair[1]))]);

    private static LaunchEnvironment Launch(params (string Name, string Value)[] variables)
    {
        var all = variables.ToDictionary(one => one.Name, one => one.Value);
        return new(name => all.GetValueOrDefault(name));
    }
}
