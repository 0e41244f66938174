using System.Reflection;

namespace RetinaSharp.Testing;

/// <summary>The checkout that the tests were built from.</summary>
public static class Repository
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;
}
