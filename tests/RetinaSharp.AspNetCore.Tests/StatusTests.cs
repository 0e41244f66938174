using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RetinaSharp.Imaging;

namespace RetinaSharp.AspNetCore.Tests;

public class StatusTests
{
    public static TheoryData<string, string, string, string, int, string> BadRequests => new()
    {
        { "/v1/detect", "image/png", "", "The body is empty", 400, "malformed" },
        { "/v1/detect", "application/json", "{", "not valid JSON", 400, "malformed" },
        { "/v1/detect", "application/json", "[]", "expected {\"image\"", 400, "malformed" },
        { "/v1/detect", "application/json", "{}", "no images", 400, "malformed" },
        { "/v1/detect", "application/json", "{\"image\": \"a b c\"}", "base64", 400, "malformed" },
        { "/v1/detect", "application/json", "{\"image\": \"\\ud800\"}", "base64", 400, "malformed" },
        { "/v1/detect", "application/json", "{\"\\ud800\": 1}", "not valid JSON", 400, "malformed" },
        { "/v1/detect", "application/json", "{\"image\": 5}", "base64", 400, "malformed" },
        { "/v1/detect", "application/json", "{\"images\": \"YQ==\"}", "expected", 400, "malformed" },
        { "/v1/detect", "application/json", "{\"url\": \"http://127.0.0.1/cat.jpg\"}", "expected", 400, "malformed" },
        { "/v1/detect", "application/json", "{\"images\": []} x", "not valid JSON", 400, "malformed" },
        { "/v1/detect", "application/json", "{\"images\": [\"YQ==\",\"YQ==\",\"YQ==\",\"YQ==\",\"YQ==\"]}", "limit of 4", 413, "too_many_images" },
        { "/v1/detect", "application/json", "{\"image\": \"YQ==\",\"image\": \"YQ==\",\"image\": \"YQ==\",\"image\": \"YQ==\",\"image\": 5}", "limit of 4", 413, "too_many_images" },
        { "/v1/detect", "application/json", "{\"image\": \"YQ==\"}", "image 1: is not a JPEG", 415, "media_type" },
        { "/v1/detect", "multipart/form-data", "x", "no boundary", 400, "malformed" },
        { "/v1/detect", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data", "multipart", 400, "malformed" },
        { "/v1/detect", "text/plain", "x", "text/plain is not supported", 415, "media_type" },
        { "/v1/detect", "image/gif", "GIF89a", "is not a JPEG, PNG, WebP, BMP or TIFF image", 415, "media_type" },
        { "/v1/detect", "image/png", "\u0089", "is not a JPEG", 415, "media_type" },
        { "/v1/detect?score_threshold=2", "image/png", "x", "from 0 to 1", 400, "malformed" },
        { "/v1/detect?score_threshold=high", "image/png", "x", "'high' is not a number", 400, "malformed" },
        { "/v1/detect?max_detections=0", "image/png", "x", "must be from 1", 400, "malformed" },
        { "/v1/detect?timeout_ms=-1", "image/png", "x", "timeout_ms '-1'", 400, "malformed" },
        { "/v1/models/other/detect", "image/png", "x", "the models are colors", 404, "not_found" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Detect_BadRequest_IsAProblemThatNamesIt(string url, string type, string body, string detail, int status, string reason)
    {
        await using var service = await TestService.StartAsync(options => options.MaxImages = 4);

        var problem = await TestService.ReadProblemAsync(await service.PostAsync(url, Encoding.UTF8.GetBytes(body), type), (HttpStatusCode)status, reason);

        Assert.Contains(detail, problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Detect_NoContentType_Is415()
    {
        await using var service = await TestService.StartAsync();

        await TestService.ReadProblemAsync(await service.PostAsync("/v1/detect", TestEngine.Png(), null), HttpStatusCode.UnsupportedMediaType, "media_type");
    }

    [Fact]
    public async Task Detect_CompressedBody_Is415()
    {
        await using var service = await TestService.StartAsync();
        var content = new ByteArrayContent(TestEngine.Png()) { Headers = { { "Content-Type", "image/png" }, { "Content-Encoding", "gzip" } } };

        await TestService.ReadProblemAsync(await service.Client.PostAsync("/v1/detect", content), HttpStatusCode.UnsupportedMediaType, "media_type");
    }

    [Fact]
    public async Task Detect_UnknownClass_Is400WithTheClasses()
    {
        await using var service = await TestService.StartAsync();

        var problem = await TestService.ReadProblemAsync(await service.PostImageAsync(TestEngine.Png(), "/v1/detect?classes=red,pink"), HttpStatusCode.BadRequest, "malformed");

        Assert.Contains("no class 'pink'; it has red, green, blue", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Detect_TruncatedImage_Is422AndLeavesTheOthersOut()
    {
        await using var service = await TestService.StartAsync();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(TestEngine.Png()), "a", "whole.png" }, { new ByteArrayContent(TestEngine.Png()[..^40]), "b", "half.png" } };

        var problem = await TestService.ReadProblemAsync(await service.Client.PostAsync("/v1/detect", form), HttpStatusCode.UnprocessableEntity, "corrupt_image");

        Assert.Contains("image 2 (half.png): is truncated", problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Detect_BodyOverTheLimit_Is413(bool isChunked)
    {
        await using var service = await TestService.StartAsync(options => options.MaxBodyBytes = 1000);
        HttpContent content = isChunked ? new StreamContent(new Unseekable(new byte[100_000])) : new ByteArrayContent(new byte[100_000]);
        content.Headers.ContentType = new("image/png");
        service.Client.DefaultRequestHeaders.ExpectContinue = true;

        await TestService.ReadProblemAsync(await service.Client.PostAsync("/v1/detect", content), HttpStatusCode.RequestEntityTooLarge, "body_too_large");
    }

    [Fact]
    public async Task Detect_HeaderOfAHugeImage_Is413WithoutDecoding()
    {
        await using var service = await TestService.StartAsync();
        var bomb = TestEngine.Png();
        // Width and height in the IHDR chunk: 50,000 x 50,000 pixels would take 10 GB.
        (bomb[16], bomb[17], bomb[18], bomb[19], bomb[20], bomb[21], bomb[22], bomb[23]) = (0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50);
        var before = GC.GetTotalAllocatedBytes();

        var problem = await TestService.ReadProblemAsync(await service.PostImageAsync(bomb), HttpStatusCode.RequestEntityTooLarge, "image_too_large");

        Assert.Contains("50000 x 50000 pixels", problem.GetProperty("detail").GetString());
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
    }

    [Fact]
    public async Task Detect_FailingDetector_Is500WithoutItsMessage()
    {
        await using var service = await TestService.StartAsync();
        service.Engine.Fail(new InvalidOperationException("secret path"));

        var problem = await TestService.ReadProblemAsync(await service.PostImageAsync(TestEngine.Png()), HttpStatusCode.InternalServerError, "internal");

        Assert.DoesNotContain("secret", problem.ToString());
    }

    [Fact]
    public async Task Detect_WhileLoading_Is503AndThenServed()
    {
        using var loading = new SemaphoreSlim(0);
        TestEngine? engine = null;
        await using var service = await TestService.StartAsync(waitUntilReady: false, model: options => options.Load = _ =>
        {
            loading.Wait();
            return (engine = new()).Detector;
        });

        var refused = await service.PostImageAsync(TestEngine.Png());
        await TestService.ReadProblemAsync(refused, HttpStatusCode.ServiceUnavailable, "starting");
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await service.Client.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await service.Client.GetAsync("/v2/health/ready")).StatusCode);
        Assert.False((await TestService.ReadAsync(await service.Client.GetAsync("/v1/models"))).GetProperty("models")[0].GetProperty("ready").GetBoolean());
        loading.Release();
        await service.WaitUntilReadyAsync();

        // The network ran on empty images before.
        Assert.Equal([1, 1], engine!.Batches);
        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
    }

    [Fact]
    public async Task Dispose_WhileLoading_WaitsAndDisposesTheDetector()
    {
        using SemaphoreSlim loading = new(0), entered = new(0);
        TestEngine? engine = null;
        var service = await TestService.StartAsync(waitUntilReady: false, model: options => options.Load = _ =>
        {
            entered.Release();
            loading.Wait();
            return (engine = new()).Detector;
        });
        await entered.WaitAsync(TestService.Patience);

        // As a host that could not start: its services are disposed, but not stopped.
        var disposed = service.DisposeAsync().AsTask();
        Assert.False(disposed.IsCompleted);
        loading.Release();

        await disposed.WaitAsync(TestService.Patience);
        Assert.True(engine!.Engine.IsDisposed);
    }

    [Fact]
    public async Task Detect_ModelThatCannotBeLoaded_Is503()
    {
        await using var service = await TestService.StartAsync(waitUntilReady: false, model: options => options.Load = path => throw new InvalidOperationException($"{path} is no model"));
        HttpResponseMessage response;
        do
            response = await service.PostImageAsync(TestEngine.Png());
        while ((await response.Content.ReadAsStringAsync()).Contains("starting", StringComparison.Ordinal));

        var problem = await TestService.ReadProblemAsync(response, HttpStatusCode.ServiceUnavailable, "not_loaded");
        // Paths of the machine are in the log only.
        Assert.DoesNotContain("safetensors", problem.GetRawText());
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/health/live")).StatusCode);
    }

    [Theory]
    [InlineData("X-Timeout-Ms", "/v1/detect")]
    [InlineData(null, "/v1/detect?timeout_ms=20")]
    public async Task Detect_DeadlinePasses_Is504AndTheImageNeverRuns(string? header, string url)
    {
        await using var service = await TestService.StartAsync();
        service.Engine.Hold();
        var first = service.PostImageAsync(TestEngine.Png());
        await service.Engine.EnteredAsync();
        if (header is not null)
            service.Client.DefaultRequestHeaders.Add(header, "20");

        await TestService.ReadProblemAsync(await service.PostImageAsync(TestEngine.Png(), url), HttpStatusCode.GatewayTimeout, "deadline");

        service.Engine.Release();
        await TestService.ReadAsync(await first);
        Assert.Equal([1], service.Engine.Batches);
    }

    [Fact]
    public async Task Detect_LongerDeadlineThanAllowed_IsShortened()
    {
        await using var service = await TestService.StartAsync(options => options.DefaultDeadline = options.MaxDeadline = TimeSpan.FromMilliseconds(200));
        service.Engine.Hold();

        await TestService.ReadProblemAsync(await service.PostImageAsync(TestEngine.Png(), "/v1/detect?timeout_ms=1000000000"), HttpStatusCode.GatewayTimeout, "deadline");
    }

    [Fact]
    public async Task Detect_Get_Is405()
    {
        await using var service = await TestService.StartAsync();

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await service.Client.GetAsync("/v1/detect")).StatusCode);
    }

    [Theory]
    [InlineData("MaxBatch 0")]
    [InlineData("MaxPixels 100000001")]
    [InlineData("SamplesFolder")]
    public async Task Start_OptionOutOfRange_FailsWithItsName(string problem)
    {
        var error = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => TestService.StartAsync(options =>
        {
            if (problem.StartsWith("MaxBatch", StringComparison.Ordinal))
                options.MaxBatch = 0;
            else if (problem.StartsWith("MaxPixels", StringComparison.Ordinal))
                options.MaxPixels = 100_000_001;
            else
                options.SamplesFolder = "no such folder";
        }));

        Assert.Contains(problem, error.Message);
    }

    [Fact]
    public void AddRetinaDetector_NameTwiceOrNotForUrls_Throws()
    {
        var services = new ServiceCollection();
        services.AddRetinaDetector("a", _ => { });

        Assert.Throws<ArgumentException>(() => services.AddRetinaDetector("a", _ => { }));
        Assert.Throws<ArgumentException>(() => services.AddRetinaDetector("a/b", _ => { }));
        Assert.Throws<ArgumentException>(() => services.AddRetinaDetector("..", _ => { }));
    }

    [Fact]
    public async Task Detect_ExifOrientation_IsThatOfTheUprightImage()
    {
        await using var service = await TestService.StartAsync();
        var image = new Image(96, 40, new byte[96 * 40 * 3]).Encode(ImageEncoding.Jpeg);
        // APP1 with a TIFF directory of one entry: orientation 6, rotated by 90 degrees.
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];

        var found = await TestService.ReadAsync(await service.PostAsync("/v1/detect", [.. image[..2], .. exif, .. image[2..]], "image/jpeg"));

        Assert.Equal((40, 96), (found.GetProperty("width").GetInt32(), found.GetProperty("height").GetInt32()));
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
