using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RetinaSharp.Inference.Tests;

namespace RetinaSharp.AspNetCore.Tests;

public class DetectTests
{
    [Fact]
    public async Task Detect_RawBytes_ReturnsSizeAndDetections()
    {
        await using var service = await TestService.StartAsync();

        var found = await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));

        Assert.Equal(("colors", "1", 128, 64), (found.GetProperty("model").GetString(), found.GetProperty("version").GetString(), found.GetProperty("width").GetInt32(), found.GetProperty("height").GetInt32()));
        var detection = Assert.Single(found.GetProperty("detections").EnumerateArray());
        Assert.Equal((0, "red", 1), (detection.GetProperty("class").GetInt32(), detection.GetProperty("label").GetString(), detection.GetProperty("category_id").GetInt32()));
        Assert.InRange(detection.GetProperty("score").GetSingle(), .9f, 1);
        Assert.Equal([8, 8, 38, 38], detection.GetProperty("box").EnumerateArray().Select(value => Math.Round(value.GetDouble())));
    }

    [Fact]
    public async Task Detect_SeveralImagesInMultipart_AreInOrderWithTheirNames()
    {
        // Longer than the test: the batch runs because it is full.
        await using var service = await TestService.StartAsync(options => (options.MaxBatch, options.MaxDelay) = (3, TimeSpan.FromMinutes(1)));
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < 3; i++)
            form.Add(new ByteArrayContent(TestEngine.Png(side: 20 + 4 * i)), "images", $"file {i}.png");

        var found = await TestService.ReadAsync(await service.Client.PostAsync("/v1/models/colors/detect", form));

        var images = found.GetProperty("images").EnumerateArray().ToList();
        Assert.Equal(["file 0.png", "file 1.png", "file 2.png"], images.Select(image => image.GetProperty("name").GetString()));
        Assert.Equal([28, 32, 36], images.Select(image => Math.Round(image.GetProperty("detections")[0].GetProperty("box")[2].GetDouble())));
        Assert.Contains(3, service.Engine.Batches);
    }

    [Theory]
    [InlineData("image")]
    [InlineData("images")]
    public async Task Detect_Base64InJson_ReturnsDetections(string property)
    {
        await using var service = await TestService.StartAsync();
        // As System.Text.Json writes it.
        var image = $"\"{Convert.ToBase64String(TestEngine.Png()).Replace("+", "\\u002B", StringComparison.Ordinal)}\"";

        var found = await TestService.ReadAsync(await service.PostAsync("/v1/detect", Encoding.UTF8.GetBytes($"{{\"{property}\": {(property == "image" ? image : $"[{image}]")}}}"), "application/json; charset=utf-8"));

        Assert.Equal("red", found.GetProperty("images")[0].GetProperty("detections")[0].GetProperty("label").GetString());
    }

    [Theory]
    [InlineData("Identity")]
    [InlineData("identity, identity")]
    [InlineData("")]
    public async Task Detect_EncodingThatIsNone_IsServed(string encoding)
    {
        await using var service = await TestService.StartAsync();
        var content = new ByteArrayContent(TestEngine.Png()) { Headers = { { "Content-Type", "image/png" } } };
        Assert.True(content.Headers.TryAddWithoutValidation("Content-Encoding", encoding));

        await TestService.ReadAsync(await service.Client.PostAsync("/v1/detect", content));
    }

    [Fact]
    public async Task Detect_Query_SelectsDetections()
    {
        await using var service = await TestService.StartAsync();
        var image = ColorImages.Paint(128, 64, (0, new(2, 2, 20, 20)), (1, new(30, 4, 60, 40)), (2, new(70, 10, 110, 50))).Encode(Imaging.ImageEncoding.Png);

        // The scores of red, green and blue are the sigmoids of 3, 2 and 1.
        Assert.Equal(["red", "green", "blue"], await LabelsAsync(""));
        Assert.Equal(["red", "green"], await LabelsAsync("?score_threshold=.8"));
        Assert.Equal(["red"], await LabelsAsync("?max_detections=1"));
        Assert.Equal(["green", "blue"], await LabelsAsync("?classes=blue,green"));
        Assert.Equal(["green"], await LabelsAsync("?classes=blue,%20green&max_detections=1"));

        async Task<string[]> LabelsAsync(string query) => [.. (await TestService.ReadAsync(await service.PostImageAsync(image, "/v1/detect" + query)))
            .GetProperty("detections").EnumerateArray().Select(detection => detection.GetProperty("label").GetString()!)];
    }

    [Fact]
    public async Task Models_TwoModels_ListsThemAndServesBoth()
    {
        var other = new TestEngine();
        await using var service = await TestService.StartAsync(services: services => services.AddRetinaDetector("other", options =>
            (options.Path, options.Load, options.Version) = ("other.onnx", _ => other.Detector, "7")));

        var models = await TestService.ReadAsync(await service.Client.GetAsync("/v1/models"));

        Assert.Equal(["colors", "other"], models.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
        Assert.All(models.GetProperty("models").EnumerateArray(), model => Assert.True(model.GetProperty("ready").GetBoolean()));
        Assert.Equal("green", models.GetProperty("models")[1].GetProperty("classes")[1].GetProperty("label").GetString());
        Assert.Equal("7", (await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png(), "/v1/models/other/detect"))).GetProperty("version").GetString());
        await TestService.ReadProblemAsync(await service.PostImageAsync(TestEngine.Png(), "/v1/models/third/detect"), HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Detect_JpegLargerThanTheInput_FindsWhatTheDetectorFinds()
    {
        await using var service = await TestService.StartAsync();
        var image = ColorImages.Paint(1024, 512, (1, new(200, 100, 600, 400))).Encode(Imaging.ImageEncoding.Jpeg);

        var found = await TestService.ReadAsync(await service.PostAsync("/v1/detect", image, "image/jpeg"));

        var expected = Assert.Single(await new TestEngine().Detector.DetectAsync(image)).Box;
        Assert.Equal((1024, 512), (found.GetProperty("width").GetInt32(), found.GetProperty("height").GetInt32()));
        Assert.Equal([expected.X1, expected.Y1, expected.X2, expected.Y2], found.GetProperty("detections")[0].GetProperty("box").EnumerateArray().Select(value => value.GetSingle()));
    }
}
