using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli;

/// <summary>Thrown in all processes if one of them could not prepare its work, for example because its data is damaged.</summary>
/// <param name="failures">The different errors, each with the first process that has it.</param>
internal sealed class PreparationException(IReadOnlyList<(int Rank, string Machine, int Code, string Message)> failures) : Exception(failures[0].Message)
{
    /// <summary>Exit code of the first error.</summary>
    public int Code => failures[0].Code;

    /// <summary>Prints the errors.</summary>
    public void Report(Output output)
    {
        foreach (var (rank, machine, _, message) in failures)
            output.Error(rank == 0 ? message : $"rank {rank} on {machine}: {message}");
    }
}
