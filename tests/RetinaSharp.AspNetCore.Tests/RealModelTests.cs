using RetinaSharp.Detection.Inference;

namespace RetinaSharp.AspNetCore.Tests;

[Trait("Category", "Slow")]
public class RealModelTests
{
    [Fact]
    public async Task Detect_ModelOfScenes_FindsWhatTheDetectorFinds()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "scenes.safetensors");
        var image = await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "docs", "images", "detections.png"));
        await using var service = await TestService.StartAsync(model: options => (options.Path, options.Load) = (path, file => Detector.Load(file)));

        var found = await TestService.ReadAsync(await service.PostImageAsync(image));

        using var detector = Detector.Load(path);
        var expected = await detector.DetectAsync(image);
        Assert.NotEmpty(expected);
        Assert.Equal(
            expected.Select(one => (one.Category.Name, one.Score, one.Box.X1, one.Box.Y2)),
            found.GetProperty("detections").EnumerateArray().Select(one => (one.GetProperty("label").GetString()!, one.GetProperty("score").GetSingle(), one.GetProperty("box")[0].GetSingle(), one.GetProperty("box")[3].GetSingle())));
    }
}
