using System.Runtime.CompilerServices;
using Xunit;
using Xunit.v3;

namespace RetinaSharp.Testing;

/// <summary>A theory that needs <see cref="SharedData"/>, of category Integration; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    /// <summary>Sets when the theory is skipped. The compiler fills in the parameters.</summary>
    public SharedDataTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = TestCategory.NeedsSharedData;
        SkipType = typeof(SharedData);
        SkipUnless = nameof(SharedData.IsThere);
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => TestCategory.Integration;
}
