using System.Text.Json;
using System.Text.RegularExpressions;

namespace RetinaSharp.Cli.Tests;

/// <summary>The packages that the build of the command ships with.</summary>
public class ThirdPartyNoticesTests
{
    public static TheoryData<string, string> Packages
    {
        get
        {
            using var build = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "RetinaSharp.Cli.deps.json")));
            var target = build.RootElement.GetProperty("runtimeTarget").GetProperty("name").GetString()!;
            var data = new TheoryData<string, string>();
            foreach (var library in build.RootElement.GetProperty("targets").GetProperty(target).EnumerateObject())
            {
                // A package without assemblies, native libraries or other assets is not shipped.
                var isShipped = new[] { "runtime", "native", "runtimeTargets" }.Any(kind => library.Value.TryGetProperty(kind, out var assets) && assets.EnumerateObject().Any());
                var isPackage = build.RootElement.GetProperty("libraries").GetProperty(library.Name).GetProperty("type").GetString() == "package";
                if (isShipped && isPackage && library.Name.Split('/') is [var name, var version])
                    data.Add(name, version);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Notices_ShippedPackage_IsListedWithVersionAndLicense(string package, string version) =>
        Assert.Matches($@"(?m)^\| {Regex.Escape(package)} \| {Regex.Escape(version)} \| (MIT|BSD-3-Clause|Apache-2.0|MIT, BSD-3-Clause) \| ", File.ReadAllText(Path.Combine(Repository.Root, "THIRD-PARTY-NOTICES.md")));
}
