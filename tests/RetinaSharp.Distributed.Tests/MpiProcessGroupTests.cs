namespace RetinaSharp.Distributed.Tests;

public sealed class MpiProcessGroupTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "RetinaSharp.Distributed.Ranks.dll");

    [MpiTheory]
    [InlineData("openmpi", 2)]
    [InlineData("openmpi", 3)]
    [InlineData("mpich", 2)]
    [InlineData("mpich", 4)]
    public void Collectives_SeveralProcesses_GiveTheSameResultsEverywhere(string mpi, int processes)
    {
        var (code, printed) = Mpi.Run(mpi, processes, Program, "collectives");

        Assert.Contains($"collectives: done by {processes} processes, {processes} on this machine", printed);
        Assert.Equal(0, code);
    }

    [MpiTheory]
    [InlineData("openmpi")]
    [InlineData("mpich")]
    public void Reduce_OneProcessIsLate_OthersSleep(string mpi)
    {
        var (code, printed) = Mpi.Run(mpi, 2, Program, "wait");

        Assert.Contains("wait: done by 2 processes", printed);
        Assert.Equal(0, code);
    }

    [MpiTheory]
    [InlineData("openmpi")]
    [InlineData("mpich")]
    public void Reduce_OneProcessDoesNotCome_AllEndWithTheReason(string mpi)
    {
        var (code, printed) = Mpi.Run(mpi, 2, Program, "late");

        Assert.Contains("the other processes did not come to 'gather' for 2 s", printed);
        Assert.Contains("rank 0 on ", printed);
        Assert.Equal(75, code);
    }

    [MpiTheory]
    [InlineData("openmpi")]
    [InlineData("mpich")]
    public void Abort_OneProcess_AllEndWithItsCode(string mpi) => Assert.Equal(3, Mpi.Run(mpi, 2, Program, "abort").Code);

    [MpiTheory]
    [InlineData("openmpi")]
    [InlineData("mpich")]
    public void Reduce_OneProcessIsKilled_AllEnd(string mpi) => Assert.NotEqual(0, Mpi.Run(mpi, 2, Program, "killed").Code);

    [MpiTheory]
    [InlineData("openmpi", "libmpich.so.12")]
    public void Join_LibraryOfAnotherLauncher_FailsInsteadOfRunningTwice(string mpi, string library)
    {
        var (code, printed) = Mpi.Run(mpi, 2, Program, "collectives", library);

        Assert.Contains("2 processes were started, but ", printed);
        Assert.Contains("does not belong to the launcher", printed);
        Assert.DoesNotContain("done by", printed);
        Assert.NotEqual(0, code);
    }

    [MpiTheory]
    [InlineData("openmpi")]
    public void Join_NoSuchLibrary_FailsWithTheRemedy(string mpi) => Assert.Contains("No MPI library is found; tried none.so", Mpi.Run(mpi, 2, Program, "collectives", "none.so").Printed);
}
