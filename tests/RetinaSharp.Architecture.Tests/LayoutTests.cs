using System.Text;

namespace RetinaSharp.Architecture.Tests;

public class LayoutTests
{
    private const int MaxLines = 1000;

    // In two halves, so that this file does not hold what it looks for.
    private static readonly string[] NamesOfAMachine =
    [
        "/wo" + "rk/", "/ho" + "me/", "/Us" + "ers/",
        "nuget" + ".org", "npmjs" + ".org", "npmjs" + ".com", "deb.debian" + ".org", "pypi" + ".org", "crates" + ".io", "proxy.golang" + ".org",
    ];

    public static TheoryData<string> Projects => [.. Checkout.Projects("src")];

    [Fact]
    public void Files_OfTheCheckout_AreFound()
    {
        Assert.Contains("Directory.Build.props", Checkout.Files);
        Assert.Contains("tests/RetinaSharp.Architecture.Tests/LayoutTests.cs", Checkout.Files);
        Assert.DoesNotContain(Checkout.Files, file => file.StartsWith("artifacts/", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_AnyOfThem_NameNoMachineAndNoRegistry()
    {
        var violations = from file in Checkout.Files
                         let content = File.ReadAllBytes(Checkout.PathOf(file))
                         from name in NamesOfAMachine
                         where content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) >= 0
                         select $"{file} holds {name}";
        Violations.None(violations);
    }

    [Fact]
    public void Code_AnyFile_IsShort()
    {
        var violations = from file in Checkout.Files
                         where file.EndsWith(".cs", StringComparison.Ordinal)
                         let lines = File.ReadLines(Checkout.PathOf(file)).Count()
                         where lines > MaxLines
                         select $"{file} has {lines} lines";
        Violations.None(violations);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_InSource_HasATestProject(string project)
    {
        var name = Checkout.NameOf(project);
        // A package of weights or of dependencies alone has no code to test.
        if (!Checkout.CodeOf(project).Any())
            return;
        Assert.Contains($"tests/{name}.Tests/{name}.Tests.csproj", Checkout.Files);
    }

    [Fact]
    public void Solution_ItsProjects_AreAllThatThereAre()
    {
        var listed = Checkout.Items("RetinaSharp.slnx", "Project", "Path");
        string[] folders = ["src", "tests", "samples", "benchmarks"];
        Violations.None(folders.SelectMany(Checkout.Projects).Except(listed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_ItsNamespaces_StartWithItsName(string project)
    {
        var name = Checkout.NameOf(project);
        var violations = from code in Checkout.CodeOf(project)
                         from declared in SourceFile.NamespacesIn(Checkout.TextOf(code))
                         where declared != name && !declared.StartsWith(name + ".", StringComparison.Ordinal)
                         select $"{code} declares {declared}";
        Violations.None(violations);
    }

    [Fact]
    public void Scripts_AnyWithAnInterpreter_CanBeRun()
    {
        var violations = from file in Checkout.Files
                         let path = Checkout.PathOf(file)
                         where File.ReadAllBytes(path).AsSpan().StartsWith("#!"u8)
                         where !OperatingSystem.IsWindows() && !File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute)
                         select $"{file} is not executable";
        Violations.None(violations);
    }
}
