using System.Net;
using System.Net.Http.Headers;
using System.Text;
using RetinaSharp.Imaging;

namespace RetinaSharp.AspNetCore.Tests;

[Trait("Category", "Slow")]
public class HostileBodyTests
{
    private const int Bodies = 10_000, Clients = 8;

    [Fact]
    public async Task Post_RandomAndMutatedBodies_NoneIsAnErrorOfTheService()
    {
        // The limits are low so that no mutated header makes the test slow.
        await using var service = await TestService.StartAsync(options => (options.MaxPixels, options.QueueLength, options.WarmUpRuns) = (100_000, 200, 0));
        var seeds = Seeds();
        var statuses = new int[600];

        await Parallel.ForAsync(0, Bodies, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (index, cancellationToken) =>
        {
            var random = new Random(index);
            var (url, type, seed, jsonLength) = seeds[index % seeds.Length];
            var body = Mutate(seed, random);
            var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } } };
            if (jsonLength is { } length)
                request.Headers.Add("Inference-Header-Content-Length", (random.Next(4) == 0 ? random.Next(body.Length + 1) : Math.Min(length, body.Length)).ToString());
            using var response = await service.Client.SendAsync(request, cancellationToken);
            Interlocked.Increment(ref statuses[(int)response.StatusCode]);
            if ((int)response.StatusCode >= 500)
                Assert.Fail($"body {index} to {url}: {response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
        });

        // Some bodies are still valid, some are refused for each reason.
        Assert.All((HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.UnprocessableEntity, HttpStatusCode.RequestEntityTooLarge],
            status => Assert.NotEqual(0, statuses[(int)status]));
        Assert.Equal(0, QueueTests.Model(service).Slots.Used);
        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
    }

    private static (string Url, string Type, byte[] Body, int? JsonLength)[] Seeds()
    {
        var png = TestEngine.Png();
        var jpeg = Image.Decode(png).Encode(ImageEncoding.Jpeg);
        var webp = Image.Decode(png).Encode(ImageEncoding.WebP);
        var base64 = Convert.ToBase64String(png);
        byte[] multipart = [.. "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a.png\"\r\n\r\n"u8, .. png, .. "\r\n--b\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n"u8, .. jpeg, .. "\r\n--b--\r\n"u8];
        var infer = Encoding.UTF8.GetBytes($$"""{"id":"1","inputs":[{"name":"images","datatype":"BYTES","shape":[1],"data":["{{base64}}"]}]}""");
        var pixels = Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"images","datatype":"UINT8","shape":[1,4,4,3],"data":[{{string.Join(',', Enumerable.Range(0, 48))}}]}],"outputs":[{"name":"boxes"}]}""");
        var header = Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"images","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":{{png.Length + 4}} } }],"parameters":{"binary_data_output":true} }""");
        return
        [
            ("/v1/detect", "image/png", png, null), ("/v1/detect", "image/jpeg", jpeg, null), ("/v1/detect", "image/webp", webp, null), ("/v1/detect", "multipart/form-data; boundary=b", multipart, null),
            ("/v1/detect", "application/json", Encoding.UTF8.GetBytes($"{{\"images\":[\"{base64}\",\"{base64}\"]}}"), null), ("/v2/models/colors/infer", "application/json", infer, null),
            ("/v2/models/colors/infer", "application/json", pixels, null), ("/v2/models/colors/infer", "application/octet-stream", [.. header, .. BitConverter.GetBytes(png.Length), .. png], header.Length),
        ];
    }

    // Truncates, overwrites, inserts or deletes; one in ten bodies is random altogether.
    private static byte[] Mutate(byte[] seed, Random random)
    {
        if (random.Next(10) == 0)
        {
            var noise = new byte[random.Next(2000)];
            random.NextBytes(noise);
            return noise;
        }

        var body = seed.ToList();
        for (var change = random.Next(4); change >= 0 && body.Count > 0; change--)
        {
            // Headers are more interesting than what follows.
            var index = random.Next(random.Next(2) == 0 ? Math.Min(body.Count, 120) : body.Count);
            switch (random.Next(4))
            {
                case 0:
                    body[index] = (byte)random.Next(256);
                    break;
                case 1:
                    body.Insert(index, (byte)random.Next(256));
                    break;
                case 2:
                    body.RemoveRange(index, Math.Min(random.Next(1, 20), body.Count - index));
                    break;
                case 3 when random.Next(3) == 0:
                    body.RemoveRange(index, body.Count - index);
                    break;
            }
        }

        return [.. body];
    }
}
