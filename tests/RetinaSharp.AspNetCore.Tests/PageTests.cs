using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RetinaSharp.AspNetCore.Tests;

public sealed partial class PageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Page_Root_IsOneFileWithAPolicyForItsScriptAndStyle()
    {
        await using var service = await TestService.StartAsync();

        var response = await service.Client.GetAsync("/");

        var html = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none';", policy);
        Assert.DoesNotContain("unsafe", policy);
        foreach (var element in (string[])["script", "style"])
        {
            var text = Regex.Match(html, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value;
            Assert.Contains($"{element}-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'", policy);
        }

        Assert.DoesNotMatch(@"(src|href)=""(https?:)?//", html);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Page_TurnedOff_Is404()
    {
        await using var service = await TestService.StartAsync(options => options.ServesPage = false);

        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync("/samples")).StatusCode);
    }

    [Fact]
    public async Task Samples_Folder_OnlyItsImagesAreServed()
    {
        _folder.Write("samples/a photo.png", TestEngine.Png());
        _folder.Write("samples/notes.txt", "text");
        _folder.Write("secret.png", TestEngine.Png());
        await using var service = await TestService.StartAsync(options => options.SamplesFolder = _folder.At("samples"));

        Assert.Equal("[\"a photo.png\"]", await service.Client.GetStringAsync("/samples"));
        var sample = await service.Client.GetAsync("/samples/a%20photo.png");
        Assert.Equal("image/png", sample.Content.Headers.ContentType!.MediaType);
        Assert.Equal(TestEngine.Png(), await sample.Content.ReadAsByteArrayAsync());
        foreach (var name in (string[])["notes.txt", "..%2Fsecret.png", "%2E%2E%2Fsecret.png", "..%5Csecret.png", "%2Fetc%2Fpasswd", "a photo.png%00"])
            Assert.True((await service.Client.GetAsync($"/samples/{name}")).StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, name);
    }

    [Fact]
    public async Task OpenApi_ItsPaths_AreThoseOfTheRoutes()
    {
        await using var service = await TestService.StartAsync();

        var document = JsonDocument.Parse(await service.Client.GetStringAsync("/openapi/retinasharp.json")).RootElement;

        var documented = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToHashSet();
        var routes = service.Application.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')).ToHashSet();
        string[] pages = ["/", "/samples", "/samples/{name}", "/openapi/retinasharp.json"];
        Assert.Equal(routes.Except(pages).Order(), documented.Order());
        // Every reference leads to a schema.
        var schemas = document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => $"#/components/schemas/{schema.Name}").ToHashSet();
        Assert.All(Reference().Matches(document.GetRawText()), match => Assert.Contains(match.Groups[1].Value, schemas));
    }

    [Theory]
    [InlineData("", "/")]
    [InlineData("/detector", "/detector")]
    public async Task OpenApi_ItsServer_IsThePrefixOfTheEndpoints(string prefix, string url)
    {
        await using var service = await TestService.StartAsync(prefix: prefix);

        var document = JsonDocument.Parse(await service.Client.GetStringAsync("openapi/retinasharp.json")).RootElement;

        Assert.Equal(url, Assert.Single(document.GetProperty("servers").EnumerateArray()).GetProperty("url").GetString());
        // Each scheme is one way to authenticate; none is needed where the service has no keys.
        Assert.Equal(
            document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(scheme => scheme.Name).Prepend(""),
            document.GetProperty("security").EnumerateArray().Select(way => way.EnumerateObject().Select(scheme => scheme.Name).SingleOrDefault("")));
    }

    [Fact]
    public async Task Metrics_AfterRequests_HaveQueueBatchesTimesAndRejections()
    {
        await using var service = await TestService.StartAsync();
        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
        await service.PostImageAsync([1, 2, 3]);

        string metrics;
        do
            metrics = await service.Client.GetStringAsync("/metrics");
        while (!metrics.Contains("retinasharp_serving_rejected", StringComparison.Ordinal));

        // OpenTelemetry finds meters by name, so those of services in other tests count too.
        Assert.Matches(@"retinasharp_serving_queue_length\S*\{[^}]*model=""colors""[^}]*\} \d", metrics);
        Assert.Matches(@"retinasharp_serving_rejected\S*\{[^}]*reason=""media_type""[^}]*\} [1-9]", metrics);
        foreach (var histogram in (string[])["serving_batch_size", "serving_decode_duration_seconds", "serving_queue_duration_seconds", "batch_duration_seconds", "postprocess_duration_seconds"])
            Assert.Matches($@"retinasharp_{histogram}_bucket\{{", metrics);
        Assert.Contains("le=\"0.0025\"", metrics);
    }

    [BrowserFact]
    public async Task Page_InABrowser_DetectsAndFilters()
    {
        _folder.Write("sample.png", TestEngine.Png());
        await using var service = await TestService.StartAsync(options => options.SamplesFolder = _folder.Root);
        await using var browser = await Browser.StartAsync();

        await browser.OpenAsync(service.Address.AbsoluteUri, 1280);
        await WaitAsync("document.querySelectorAll('#samples button').length === 1 && document.querySelectorAll('#classes input').length === 3");
        await browser.EvaluateAsync("document.querySelector('#samples button').click(), 0");
        await WaitAsync("document.querySelectorAll('#found li').length === 1");

        Assert.Equal("Image with 1 red", (await browser.EvaluateAsync("document.getElementById('canvas').getAttribute('aria-label')")).GetString());
        Assert.Equal(4 * 128, (await browser.EvaluateAsync("document.getElementById('canvas').width")).GetInt32());
        Assert.Equal(1, (await browser.EvaluateAsync("JSON.parse(document.getElementById('json').textContent).detections.length")).GetInt32());
        await browser.EvaluateAsync("document.querySelector('#classes input').click(), 0");
        Assert.Equal(0, (await browser.EvaluateAsync("document.querySelectorAll('#found li').length")).GetInt32());
        await browser.EvaluateAsync("document.getElementById('all').click(), 0");
        Assert.Equal(1, (await browser.EvaluateAsync("document.querySelectorAll('#found li').length")).GetInt32());
        await browser.EvaluateAsync("document.getElementById('score').value = .99; document.getElementById('score').dispatchEvent(new Event('input')), 0");
        Assert.Equal(0, (await browser.EvaluateAsync("document.querySelectorAll('#found li').length")).GetInt32());
        // A file that is no image is refused with the reason.
        await browser.EvaluateAsync("open(new Blob(['text'], { type: 'image/png' })), 0");
        await WaitAsync("document.getElementById('status').className === 'error'");

        foreach (var (width, isDark) in ((int, bool)[])[(360, false), (1280, true)])
        {
            await browser.ChangeAsync(width, isDark);
            Assert.Equal(0, await browser.OverflowAsync());
        }

        // Every control has a name, and nothing came from elsewhere.
        Assert.Equal("[]", (await browser.EvaluateAsync("JSON.stringify([...document.querySelectorAll('button, input:not([hidden]), select')].filter(one => !(one.textContent.trim() || one.labels?.length || one.querySelector('img')?.alt)).map(one => one.id))")).GetString());
        Assert.Empty(browser.Faults);
        Assert.All(browser.Requests, request => Assert.True(request.StartsWith(service.Address.AbsoluteUri, StringComparison.Ordinal) || request.StartsWith("data:", StringComparison.Ordinal) || request.StartsWith("blob:", StringComparison.Ordinal), request));

        async Task WaitAsync(string condition)
        {
            for (var i = 0; !(await browser.EvaluateAsync(condition)).GetBoolean(); i++)
                Assert.True(i < 1000, $"{condition}; status: {await browser.EvaluateAsync("document.getElementById('status').textContent")}");
        }
    }

    [GeneratedRegex("\"\\$ref\": \"([^\"]*)\"")]
    private static partial Regex Reference();
}
