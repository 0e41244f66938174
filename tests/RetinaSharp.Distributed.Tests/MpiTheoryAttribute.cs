using System.Runtime.CompilerServices;
using Xunit.v3;

namespace RetinaSharp.Distributed.Tests;

/// <summary>A test that starts processes with mpirun, of category Integration. Without an MPI it is skipped, or fails where RETINASHARP_TESTS is "all".</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MpiTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    public MpiTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = "needs mpirun.openmpi and mpirun.mpich (Debian: openmpi-bin, mpich)";
        SkipType = typeof(MpiTheoryAttribute);
        SkipUnless = nameof(IsRun);
    }

    public static bool IsRun { get; } = MpiLauncher.AreInstalled || Environment.GetEnvironmentVariable("RETINASHARP_TESTS") == "all";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => TestCategory.Integration;
}
