using System.Text.Json;
using System.Xml.Linq;

namespace RetinaSharp.Architecture.Tests;

public class ReferenceTests
{
    public static TheoryData<string> Projects => [.. Checkout.Projects("src")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_InSource_IsAPart(string project) =>
        Assert.Contains(Checkout.NameOf(project), Parts.AllowedReferences.Keys);

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_ItsReferences_AreAllowed(string project)
    {
        var referenced = Checkout.Items(project, "ProjectReference").Select(Checkout.NameOf);
        Violations.None(referenced.Except(Parts.AllowedReferences[Checkout.NameOf(project)]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_ItsCode_NamesAllowedPartsOnly(string project)
    {
        var name = Checkout.NameOf(project);
        var allowed = Parts.AllowedReferences[name].Append(name).ToHashSet();
        var violations = from code in Checkout.CodeOf(project)
                         from part in SourceFile.PartsNamedIn(Checkout.TextOf(code), Parts.AllowedReferences.Keys)
                         where !allowed.Contains(part)
                         select $"{code} names {part}";
        Violations.None(violations);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_ItsPackages_AreAllowed(string project)
    {
        var name = Checkout.NameOf(project);
        var allowed = Parts.AllowedPackages.Where(package => package.Value.Contains(name)).Select(package => package.Key);
        Violations.None(Checkout.Items(project, "PackageReference").Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_ALibrary_LeavesLibTorchToApplications(string project)
    {
        // With CUDA it is another package.
        var usesLibTorch = XDocument.Load(Checkout.PathOf(project)).Descendants("UsesLibTorch").Any(item => item.Value == "true");
        Assert.Equal(usesLibTorch, Checkout.NameOf(project) == "RetinaSharp.Cli");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_ItsInternals_AreForNoOtherPackage(string project)
    {
        var packages = Checkout.Projects("src")
            .Where(other => !XDocument.Load(Checkout.PathOf(other)).Descendants("IsPackable").Any(item => item.Value == "false"))
            .Select(Checkout.NameOf);
        Violations.None(Checkout.Items(project, "InternalsVisibleTo").Intersect(packages));
    }

    [Theory]
    [InlineData("TorchSharp")]
    [InlineData("libtorch")]
    [InlineData("Google.Protobuf")]
    [InlineData("Microsoft.ML.OnnxRuntime/")]
    public void OnnxRuntime_ItsPackages_AreThoseThatADeployedDetectorNeeds(string unwanted)
    {
        using var assets = JsonDocument.Parse(File.ReadAllText(Checkout.PathOf("artifacts/obj/RetinaSharp.OnnxRuntime/project.assets.json")));
        var packages = assets.RootElement.GetProperty("libraries").EnumerateObject().Select(package => package.Name).ToList();

        // The application chooses the native package.
        Assert.Contains(packages, package => package.StartsWith("Microsoft.ML.OnnxRuntime.Managed/", StringComparison.Ordinal));
        Assert.DoesNotContain(packages, package => package.StartsWith(unwanted, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void AllowedReferences_Closed_HasNoCycle()
    {
        // What a part may use may use nothing that the part itself may not, so a reference of a reference is never a surprise.
        foreach (var (part, allowed) in Parts.AllowedReferences)
        {
            Assert.DoesNotContain(part, allowed);
            foreach (var used in allowed)
                Assert.Subset(allowed.ToHashSet(), Parts.AllowedReferences[used].ToHashSet());
        }
    }

    [Theory]
    [InlineData("using RetinaSharp.Kernels;", "RetinaSharp.Kernels")]
    [InlineData("using static RetinaSharp.Kernels.Operators;", "RetinaSharp.Kernels")]
    [InlineData("    var box = new RetinaSharp.Boxes.Box(0, 0, 1, 1); // RetinaSharp", "RetinaSharp.Boxes")]
    [InlineData("    // RetinaSharp.Kernels does the same", null)]
    [InlineData("/// <summary>RetinaSharp.Kernels</summary>", null)]
    [InlineData("using RetinaSharp.KernelsLike;", null)]
    [InlineData("using MyRetinaSharp.Kernels;", null)]
    public void PartsNamedIn_Code_FindsThem(string code, string? expected)
    {
        string[] wanted = expected is null ? [] : [expected];
        Assert.Equal(wanted, SourceFile.PartsNamedIn(code, Parts.AllowedReferences.Keys));
    }
}
