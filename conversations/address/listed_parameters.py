"""Parameters that name the sharer, and parameters of campaigns, each with the list or page that says so.

No parameter that a page needs is listed here. A name "mweb_user_id*" stands for every name that begins so,
a host "google.*" for that registered name under every public suffix.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so: a page, or for a list the copy that was read, by its commit or date.

    Without an address it is what public links themselves show, and `read` tells it.
    """

    address: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Names that `source` lists, on `hosts` and below (anywhere if empty).

    Beside a parameter `unless`, the names mean something else and are kept.
    """

    names: tuple[str, ...]
    source: Source
    hosts: tuple[str, ...] = ()
    unless: str = ""


_ADGUARD_LISTS = "https://github.com/AdguardTeam/AdguardFilters/blob/master/TrackParamFilter/sections"
_BRAVE_LISTS = "https://github.com/brave/adblock-lists/blob/master/brave-lists"
_SHORTENER_LIST = "https://github.com/DandelionSprout/adfilt/blob/master/LegitimateURLShortener.txt"
_FIREFOX_LIST = (
    "https://github.com/Floorp-Projects/Floorp/blob/083bbb916b1c33258cb6218cca65b4f48e9217bc"
    "/toolkit/components/antitracking/data/StripOnShare.json"
)
BRAVE: Final = Source(f"{_BRAVE_LISTS}/query-filter.json", "53ba6df, 21 August 2026")
BRAVE_COPY: Final = Source(f"{_BRAVE_LISTS}/clean-urls.json", "53ba6df, 21 August 2026")
CLEARURLS: Final = Source(
    "https://github.com/ClearURLs/Rules/blob/master/data.min.json", "9317c06, 29 July 2025"
)
SHORTENER: Final = Source(_SHORTENER_LIST, "0ee6b9b, 22 August 2026")
ADGUARD: Final = Source(f"{_ADGUARD_LISTS}/general_url.txt", "002b06615b38c64b27fadafad6cf5323e752090f")
ADGUARD_SITES: Final = Source(f"{_ADGUARD_LISTS}/specific.txt", "00096a40fb0586f1de6b450e3fc160ee2a94f8ce")
# What Firefox takes out of a link that is copied; read in Floorp's copy of Mozilla's file.
FIREFOX: Final = Source(_FIREFOX_LIST, "083bbb916b1c33258cb6218cca65b4f48e9217bc")
LISTS: Final = (BRAVE, BRAVE_COPY, CLEARURLS, SHORTENER, ADGUARD, ADGUARD_SITES, FIREFOX)

_SHARETRACE = Source("https://github.com/soxoj/sharetrace", "6c60c31")
_GOOGLE_TAGS = Source("https://support.google.com/analytics/answer/10071811")
_GOOGLE_ACCOUNT = Source("https://github.com/solana-foundation/solana-com/pull/1634")
_INSTAGRAM_SI = Source("https://github.com/ClearURLs/Rules/issues/316")
_INSTAGRAM_TOKEN = Source("https://github.com/crimera/piko/pull/1848")
_PINTEREST_BOT = Source("https://github.com/seregazhuk/php-pinterest-bot/issues/304")
_LINKEDIN_MAIL = Source("https://github.com/DrKain/tidy-url/pull/75", "19 June 2023")
_SUBSTACK_MAIL = Source("https://github.com/brendanlong/lion-reader/issues/585")
_BILIBILI_SHARE = Source("https://github.com/nicholascw/b23.wtf/issues/15")
_ZHIHU_CODE = Source("https://github.com/DandelionSprout/adfilt/pull/1216")

_KWAI_LINKS = Source(
    read="share_uid is the sharer's account, fid the same; share_id begins with the phone's id"
)
_FACEBOOK_LINKS = Source(read="share_url holds the code of one share, beside rdid in ten links of ten")
_FACEBOOK_NOTICE = Source(read="the number and kind of one account's notification")
_FACEBOOK_EXITS = Source(read="h and e are signatures (AT...) made for the account that saw the link")
_FACEBOOK_SAME = Source(read="leads to facebook.com, with its parameters")
_LINKEDIN_LOGIN = Source(read="a login that works once, beside midToken in LinkedIn's mails")
_THREADS_EARLIER = Source(read="the earlier name of threads.com, with its parameters")
_SUBSTACK_LINKS = Source(read="/redirect/ of a mail: the reader as JSON, as in token")
_DOUYIN_LINKS = Source(read="the phone and the installation, under the names that they have at TikTok")
_YOUTUBE_EMBED = Source(read="the same parameter as on youtube.com, from the dialogue that embeds a video")
_MIRRORS = Source(read="shows another site's pages, and keeps the parameters of the shared link")
_X_MAIL = Source(read="the reader, the notice and the mail, in a link of a mail")
_LINKTREE_LINKS = Source(read="another number in each of ten shared links")
_ZOOM_NAME = Source(read="the name under which somebody joins, in plain words")

_FACEBOOK_ONION = "facebookwkhpilnemxj7asaniu7vnjjbiltxjqhye3mhbshg7kx5tfyd.onion"
_REDDIT_ONION = "reddittorjg6rue252oqsxryoxengawnmo46qy4kyii5wtqnwfj4ooad.onion"
_INSTAGRAM = ("instagram.com",)
_FACEBOOK = ("facebook.com",)
_FACEBOOK_ALL = ("facebook.com", _FACEBOOK_ONION, "messenger.com")
_KWAI = ("kwai.com", "kwaiapps.com", "snackvideo.com")
_TIKTOK = ("tiktok.com",)
_YOUTUBE = ("youtube.com", "youtu.be")
_X = ("x.com", "twitter.com")
_X_MIRRORS = ("fxtwitter.com", "vxtwitter.com", "fixupx.com")
_THREADS = ("threads.com", "threads.net")
_REDDIT = ("reddit.com", _REDDIT_ONION)
_BILIBILI = ("bilibili.com",)
_CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_name", "utm_term", "utm_content")

SHARER_PARAMETERS: Final = (
    # Click numbers: one person's click, whatever the site.
    Listed(("fbclid", "gclid", "dclid", "wbraid", "msclkid", "twclid", "ttclid"), BRAVE),
    Listed(("yclid", "ysclid", "ymclid", "syclid", "_openstat", "irclickid", "srsltid"), BRAVE),
    Listed(
        ("unicorn_click_id", "sms_click", "sms_source", "sms_uph", "fb_action_ids", "fb_comment_id"), BRAVE
    ),
    Listed(("guce_referrer", "guce_referrer_sig", "hsCtaTracking", "s_cid", "mtm_cid", "pk_cid"), BRAVE),
    Listed(("gbraid", "gclsrc", "wickedid", "rb_clickid", "bsft_clkid", "admitad_uid"), ADGUARD),
    Listed(("rtkcid", "external_click_id", "famad_xuid", "tduid", "_zucks_suid", "gps_adid"), ADGUARD),
    Listed(("yadclid", "h_sid", "h_slt"), BRAVE_COPY),
    Listed(("_ga", "_gl"), _GOOGLE_TAGS),
    Listed(("epik", "iclid", "asclid", "tgclid", "amp_device_id"), SHORTENER),
    # The recipient of a newsletter, or a person whom an app invited.
    Listed(("mc_eid", "ml_subscriber", "ml_subscriber_hash", "_hsenc", "__hssc", "__hstc"), BRAVE),
    Listed(("__hsfp", "oly_anon_id", "oly_enc_id", "vero_id", "vero_conv", "bsft_uid"), BRAVE),
    Listed(("__s", "_bhlid", "at_recipient_id", "at_recipient_list", "bbeml", "et_rid"), BRAVE),
    Listed(("sc_customer", "sc_eh", "sc_uid", "sfmc_activityid", "sfmc_id", "ss_email_id", "vgo_ee"), BRAVE),
    Listed(("oft_c", "oft_ck", "oft_d", "oft_id", "oft_ids", "oft_k", "oft_lk", "oft_sk"), BRAVE),
    Listed(("_branch_match_id", "_branch_referrer"), BRAVE),
    Listed(("_kx", "ck_subscriber_id", "ml_sub", "ml_sub_hash", "eblastId"), BRAVE_COPY),
    Listed(("utm_userid", "utm_session", "user_email_address", "mkt_tok", "mindbox-message-key"), ADGUARD),
    Listed(("bsft_eid", "bsft_mid", "bsft_aaid", "bsft_ek"), ADGUARD),
    Listed(("onetime_FromEmail", "ClickThruEmail", "ClickThruCustomerNumber", "spUserID"), SHORTENER),
    Listed(
        ("omnisendContactID", "af_referrer_customer_id", "af_referrer_name", "af_referrer_uid"), SHORTENER
    ),
    # Meta.
    Listed(("igshid", "mibextid"), SHORTENER),
    Listed(("igsh",), _SHARETRACE, (*_INSTAGRAM, *_THREADS)),
    Listed(("igsh",), _MIRRORS, ("ddinstagram.com", "kkinstagram.com")),
    Listed(("ig_rid",), BRAVE_COPY, _INSTAGRAM),
    Listed(("ig_mid",), SHORTENER, _INSTAGRAM),
    Listed(("igsi",), _INSTAGRAM_SI, _INSTAGRAM),
    Listed(("stkn",), _INSTAGRAM_TOKEN, _INSTAGRAM),
    Listed(_CAMPAIGN, CLEARURLS, _INSTAGRAM),
    Listed(("xmt",), BRAVE_COPY, _THREADS),
    Listed(("slof",), SHORTENER, ("threads.com",)),
    Listed(("slof",), _THREADS_EARLIER, ("threads.net",)),
    Listed(("rdid",), SHORTENER, (*_FACEBOOK, _FACEBOOK_ONION)),
    Listed(("lst",), SHORTENER, _FACEBOOK_ALL),
    Listed(("__tn__", "__xts__[0]", "__cft__[0]"), SHORTENER, _FACEBOOK_ALL),
    Listed(("__tn__", "rdid"), _FACEBOOK_SAME, ("fb.watch",)),
    Listed(("sfnsn", "wtsid", "__cft__[1]", "__xts__[1]", "referral_code"), CLEARURLS, _FACEBOOK),
    Listed(("acontext", "gd_impression_id", "idorvanity"), BRAVE_COPY, _FACEBOOK),
    Listed(("_ft_", "privacy_mutation_token"), SHORTENER, _FACEBOOK),
    Listed(("share_url",), _FACEBOOK_LINKS, _FACEBOOK),
    Listed(("notif_id", "notif_t"), _FACEBOOK_NOTICE, _FACEBOOK),
    Listed(("h", "e"), _FACEBOOK_EXITS, ("l.facebook.com", "l.instagram.com")),
    # Kwai and SnackVideo: userId is the video's owner, and stays.
    Listed(("share_uid", "fid", "share_device_id", "share_id"), _KWAI_LINKS, _KWAI),
    # TikTok and Douyin: who shared, from which device, through which app.
    Listed(("_r", "_t", "_d", "u_code", "preview_pb", "timestamp"), CLEARURLS, _TIKTOK),
    Listed(("user_id", "share_iid", "share_app_name"), CLEARURLS, _TIKTOK),
    Listed(("sec_user_id", "sec_uid", "sender_device", "sender_web_id"), SHORTENER, _TIKTOK),
    Listed(("share_link_id", "share_app_id", "share_ab_group", "tt_from", "checksum"), SHORTENER, _TIKTOK),
    Listed(("is_copy_url", "is_from_webapp"), SHORTENER, _TIKTOK),
    Listed(("web_id",), ADGUARD_SITES, _TIKTOK),
    Listed(_CAMPAIGN, _SHARETRACE, _TIKTOK),
    Listed(("did", "iid", "u_code"), _DOUYIN_LINKS, ("iesdouyin.com", "douyin.com")),
    # Video and music.
    Listed(("si",), BRAVE_COPY, (*_YOUTUBE, "spotify.com")),
    Listed(("si",), _YOUTUBE_EMBED, ("youtube-nocookie.com",)),
    Listed(("is",), BRAVE_COPY, _YOUTUBE),
    Listed(("si",), SHORTENER, ("soundcloud.com",)),
    Listed(("r",), SHORTENER, ("odysee.com",)),
    # X: beside the target of x.com/i/redirect, t is no sharer's.
    Listed(("s", "t"), BRAVE_COPY, _X, unless="url"),
    Listed(("cxt", "ref_src", "ref_url"), BRAVE_COPY, _X),
    Listed(("uid", "nid", "iid"), _X_MAIL, _X),
    Listed(("s", "t"), _MIRRORS, _X_MIRRORS),
    # Other networks.
    Listed(("share_id", "correlation_id"), SHORTENER, _REDDIT),
    Listed(("target_user",), BRAVE_COPY, ("reddit.com",)),
    Listed(_CAMPAIGN, CLEARURLS, ("reddit.com",)),
    Listed(
        ("mweb_user_id*", "mweb_user_name", "mweb_loid", "mweb_loid_created"), SHORTENER, ("reddit.app.link",)
    ),
    Listed(("loid", "loid_created", "session_id", "reddaid", "user_agent"), SHORTENER, ("reddit.app.link",)),
    Listed(("share_id",), SHORTENER, ("snapchat.com", "xiaohongshu.com")),
    Listed(("sc_referrer", "sc_ua"), CLEARURLS, ("snapchat.com",)),
    Listed(("invite_code",), _SHARETRACE, ("pinterest.*",)),
    Listed(("sender", "sfo"), _PINTEREST_BOT, ("pinterest.*",)),
    Listed(("trackcode",), ADGUARD_SITES, ("vk.com", "vk.ru")),
    Listed(("ltsid",), _LINKTREE_LINKS, ("linktr.ee",)),
    Listed(("rcm",), BRAVE_COPY, ("linkedin.com",)),
    Listed(("trackingId", "refId", "lipi", "licu", *_CAMPAIGN), CLEARURLS, ("linkedin.com",)),
    Listed(("midToken", "midSig", "trkEmail", "eid"), _LINKEDIN_MAIL, ("linkedin.com",)),
    Listed(("otpToken",), _LINKEDIN_LOGIN, ("linkedin.com",)),
    Listed(("r",), _SHARETRACE, ("substack.com",)),
    Listed(("token",), _SUBSTACK_MAIL, ("substack.com",)),
    Listed(("j",), _SUBSTACK_LINKS, ("substack.com",)),
    Listed(("uname",), _ZOOM_NAME, ("zoom.us",)),
    Listed(("ovuser", "xsdata", "sdata", "clickparams"), ADGUARD_SITES, ("sharepoint.com",)),
    Listed(("notification_referrer_id",), BRAVE_COPY, ("github.com",)),
    Listed(("ouid",), _GOOGLE_ACCOUNT, ("docs.google.com", "drive.google.com")),
    Listed(("ei", "ved", "sxsrf", "rlz", "iflsig", "cshid"), CLEARURLS, ("google.*",)),
    Listed(("cvid",), CLEARURLS, ("bing.com",)),
    Listed(("cvid",), ADGUARD_SITES, ("msn.com",)),
    Listed(("share_session_id", "vd_source", "buvid", "unique_k"), CLEARURLS, _BILIBILI),
    Listed(("up_id",), CLEARURLS, _BILIBILI),
    Listed(("session_id",), CLEARURLS, ("live.bilibili.com",)),
    Listed(("bbid", "visit_id"), SHORTENER, _BILIBILI),
    Listed(("mid",), _BILIBILI_SHARE, _BILIBILI),
    Listed(("share_*", "bbid"), SHORTENER, ("b23.tv",)),
    Listed(("appuid", "apptime", "shareRedId", "author_share"), CLEARURLS, ("xiaohongshu.com",)),
    Listed(("weibo_id",), CLEARURLS, ("weibo.com", "weibo.cn")),
    Listed(("share_code",), _ZHIHU_CODE, ("zhihu.com",)),
    Listed(("uin", "pass_ticket", "exportkey", "sessionid"), SHORTENER, ("mp.weixin.qq.com",)),
)

# Where a link stood, and which button led to it. They name nobody, and lead to no other page.
CAMPAIGN_PARAMETERS: Final = (
    Listed(("utm_*", "mtm_*", "itm_campaign", "itm_medium", "itm_source", "mc_cid", "cmpid"), CLEARURLS),
    Listed(("fb_action_types", "fb_ref", "fb_source", "__twitter_impression"), CLEARURLS),
    Listed(("action_object_map", "action_ref_map", "action_type_map", "guccounter", "usqp"), ADGUARD),
    Listed(("pk_campaign", "pk_medium", "pk_source", "itm_content", "itm_term"), ADGUARD),
    Listed(("ir_campaignid", "ir_adid", "ir_partnerid", "irgwc"), ADGUARD),
    Listed(("hsa_acc", "hsa_ad", "hsa_cam", "hsa_grp", "hsa_kw", "hsa_la", "hsa_mt"), FIREFOX),
    Listed(("hsa_net", "hsa_ol", "hsa_src", "hsa_tgt", "hsa_ver"), FIREFOX),
    Listed(("_hsmi", "gad_campaignid", "gad_source", "pk_content", "pk_keyword", "pk_kwd"), BRAVE_COPY),
    Listed(("at_campaign", "at_medium", "at_link", "at_format", "at_platform"), BRAVE_COPY),
    Listed(("ref", "external_ref", "store_visit_source"), BRAVE_COPY, _FACEBOOK),
    Listed(
        ("fref", "hc_ref", "hc_location", "_rdr", "_rdc", "paipv", "m_entstream_source"), SHORTENER, _FACEBOOK
    ),
    Listed(("refer", "referer_url", "referer_video_id", "embed_source"), BRAVE_COPY, _TIKTOK),
    Listed(("feature", "pp", "app", "source_ve_path", "embeds_euri", "embeds_origin"), BRAVE_COPY, _YOUTUBE),
    Listed(("ab_channel", "embeds_referring_euri", "embeds_referring_origin"), SHORTENER, ("youtube.com",)),
    Listed(("ref", "ref_campaign", "ref_source", "post_index", "post_fullname"), BRAVE_COPY, ("reddit.com",)),
    Listed(("$deep_link", "$3p", "rdt"), CLEARURLS, ("reddit.com",)),
    Listed(("trk",), CLEARURLS, ("linkedin.com",)),
    Listed(("trackingCode", "original_referer"), BRAVE_COPY, ("linkedin.com",)),
    Listed(("recom",), ADGUARD_SITES, ("vk.com", "vk.ru")),
    Listed(("source",), BRAVE_COPY, ("tumblr.com", "medium.com")),
    Listed(("triedRedirect",), SHORTENER, ("substack.com",)),
    Listed(
        ("biw", "bih", "dpr", "gs_lp", "gs_lcrp", "oq", "sca_esv", "sei", "uact"), BRAVE_COPY, ("google.*",)
    ),
    Listed(("spm_id_from", "from_source", "from", "seid", "msource", "refer_from"), CLEARURLS, _BILIBILI),
    Listed(("share_source", "share_from", "share_medium", "share_plat", "share_tag"), CLEARURLS, _BILIBILI),
    Listed(("plat_id", "is_story_h5", "timestamp"), CLEARURLS, _BILIBILI),
    Listed(("xhsshare", "app_version", "app_platform", "exSource"), CLEARURLS, ("xiaohongshu.com",)),
    Listed(("share_from_user_hidden", "ignoreEngage", "xsec_source"), CLEARURLS, ("xiaohongshu.com",)),
    Listed(("dt_dapp",), CLEARURLS, ("weibo.com", "weibo.cn")),
    Listed(("wprov",), ADGUARD_SITES, ("wikipedia.org",)),
)
