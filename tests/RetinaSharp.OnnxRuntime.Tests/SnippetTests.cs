using RetinaSharp.Inference;
using RetinaSharp.Onnx;
using RetinaSharp.OnnxRuntime.Tests.Snippets;

namespace RetinaSharp.OnnxRuntime.Tests;

/// <summary>Runs the C# of docs/onnx.md, and checks that the page has the code that runs.</summary>
public sealed class SnippetTests : IDisposable
{
    private const string Indent = "        ";

    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly TextWriter _console = Console.Out;
    private readonly StringWriter _printed = new();

    private static string Page => File.ReadAllText(Path.Combine(Repository.Root, "docs", "onnx.md"));

    public void Dispose()
    {
        Console.SetOut(_console);
        Directory.SetCurrentDirectory(_before);
        _printed.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(nameof(DetectSnippet))]
    [InlineData(nameof(SessionSnippet))]
    [InlineData(nameof(QuantizeSnippet))]
    public void Page_HasTheCodeThatRuns(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "RetinaSharp.OnnxRuntime.Tests", "Snippets", $"{name}.cs"));
        var code = lines.Where(line => line.StartsWith(Indent, StringComparison.Ordinal)).Select(line => line[Indent.Length..] + "\n");

        Assert.Contains("```csharp\n" + string.Concat(code) + "```\n", Page);
    }

    [Fact]
    public void QuantizeSnippet_WritesAModelThatRuns()
    {
        OnnxExporter.Export(Path.Combine(AppContext.BaseDirectory, "scenes.safetensors"), _folder.At("scenes.onnx"));
        Directory.CreateDirectory(_folder.At("photos"));
        var image = new Experiments.Scenes.SceneGenerator().Draw("page", 0).Image;
        image.Save(Path.Combine(_folder.At("photos"), "photo.png"));
        Directory.SetCurrentDirectory(_folder.Root);
        Console.SetOut(_printed);

        QuantizeSnippet.Run();

        Assert.Equal(6, _printed.ToString().Trim().Split('\n').Length);
        using var detector = OnnxDetector.Load("scenes-int8.onnx");
        Assert.NotEmpty(detector.Detect(image));
    }

    [Fact]
    public void Snippets_OfAScene_PrintTheSameDetections()
    {
        OnnxExporter.Export(Path.Combine(AppContext.BaseDirectory, "scenes.safetensors"), _folder.At("scenes.onnx"), new() { ScoreThreshold = .5 });
        var image = new Experiments.Scenes.SceneGenerator().Draw("page", 0).Image;
        image.Save(_folder.At("photo.png"));
        Directory.SetCurrentDirectory(_folder.Root);
        Console.SetOut(_printed);

        DetectSnippet.Run();
        var first = _printed.ToString();
        SessionSnippet.Run(image.Pixels.ToArray(), image.Width, image.Height);

        var second = _printed.ToString()[first.Length..];
        Assert.NotEmpty(first);
        Assert.Equal(Objects(first), Objects(second));

        static IEnumerable<string> Objects(string printed) => printed.Split('\n').Select(line => line.Split(" at ")[0]);
    }
}
