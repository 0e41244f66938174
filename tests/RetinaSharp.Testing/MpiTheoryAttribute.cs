using System.Runtime.CompilerServices;
using Xunit;
using Xunit.v3;

namespace RetinaSharp.Testing;

/// <summary>A test that starts processes with mpirun, of category Integration. Without an MPI it is skipped, or fails where RETINASHARP_TESTS is "all".</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MpiTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    /// <summary>Marks a test.</summary>
    public MpiTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = "needs mpirun.openmpi and mpirun.mpich (Debian: openmpi-bin, mpich)";
        SkipType = typeof(MpiTheoryAttribute);
        SkipUnless = nameof(IsRun);
    }

    /// <summary>Whether such tests are run.</summary>
    public static bool IsRun { get; } = Mpi.IsInstalled || Environment.GetEnvironmentVariable("RETINASHARP_TESTS") == "all";

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => TestCategory.Integration;
}
