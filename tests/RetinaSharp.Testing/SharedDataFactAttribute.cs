using System.Runtime.CompilerServices;
using Xunit;
using Xunit.v3;

namespace RetinaSharp.Testing;

/// <summary>A test that needs <see cref="SharedData"/>, of category Integration; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute, ITraitAttribute
{
    /// <summary>Sets when the test is skipped. The compiler fills in the parameters.</summary>
    public SharedDataFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = TestCategory.NeedsSharedData;
        SkipType = typeof(SharedData);
        SkipUnless = nameof(SharedData.IsThere);
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => TestCategory.Integration;
}
