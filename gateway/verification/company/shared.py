"""Hosts whose pages belong to many: networks, marketplaces and site builders, whose domain is no customer's own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.verification.company.codes import CompanyCode
from gateway.verification.domains import matches_suffix

SHARED_LIST: Final = "leadgate-shared-hosts@5"
"""Name and version of the list, for the evidence."""
_PROFILES: Final = """
linkedin.com lnkd.in xing.com facebook.com fb.com fb.me instagram.com threads.net twitter.com x.com tiktok.com
youtube.com youtu.be pinterest.com pinterest.de snapchat.com reddit.com quora.com tumblr.com medium.com substack.com
vk.com ok.ru t.me telegram.me wa.me whatsapp.com weibo.com about.me linktr.ee bio.link beacons.ai kununu.com
glassdoor.com glassdoor.de indeed.com crunchbase.com wellfound.com angel.co f6s.com clutch.co trustpilot.com g2.com
yelp.com tripadvisor.com provenexpert.com wlw.de europages.com europages.co.uk northdata.com northdata.de
github.com gitlab.com bitbucket.org behance.net dribbble.com upwork.com fiverr.com malt.fr calendly.com bit.ly
tinyurl.com goo.gl g.page g.co maps.google.com maps.app.goo.gl bing.com discord.gg
discord.com gelbeseiten.de dasoertliche.de 11880.com pagesjaunes.fr paginegialle.it yell.com yellowpages.com
bsky.app t.co amzn.to web.archive.org duckduckgo.com wikipedia.org nextdoor.com nextdoor.de houzz.com houzz.de
meetup.com patreon.com opencorporates.com firmenwissen.de zoominfo.com apollo.io
"""
_MARKETPLACES: Final = """
amazon.com amazon.de amazon.co.uk amazon.fr amazon.it amazon.es amazon.nl amazon.ca amazon.com.au
ebay.com ebay.de ebay.co.uk ebay.fr ebay.it etsy.com alibaba.com aliexpress.com made-in-china.com indiamart.com
otto.de kaufland.de allegro.pl bol.com cdiscount.com walmart.com mercadolibre.com.mx mercadolivre.com.br rakuten.co.jp
booking.com airbnb.com mobile.de autoscout24.de immobilienscout24.de apps.apple.com play.google.com
"""
_BUILDERS: Final = """
wixsite.com wixstudio.com editorx.io squarespace.com weebly.com weeblysite.com wordpress.com blogspot.com blogger.com
myshopify.com webflow.io jimdo.com jimdosite.com jimdofree.com webnode.com webnode.page godaddysites.com square.site
carrd.co strikingly.com mystrikingly.com site123.me ucraft.net tilda.ws notion.site notion.so sites.google.com
docs.google.com drive.google.com google.com google.de google.co.uk
google.at google.ch google.fr google.it google.es google.nl google.be google.pl google.ca google.com.au
forms.gle business.site github.io gitlab.io netlify.app vercel.app herokuapp.com onrender.com
pages.dev workers.dev web.app firebaseapp.com appspot.com azurewebsites.net cloudfront.net amazonaws.com
framer.website framer.app framer.ai bubbleapps.io glitch.me replit.app over-blog.com page.tl hs-sites.com
hubspotpagebuilder.com onepage.website bigcartel.com company.site simplesite.com yolasite.com webs.com zohosites.com
my.site.com mybigcommerce.com unbouncepages.com leadpages.co clickfunnels.com typeform.com eventbrite.com
hpage.com beepworld.de homepage.t-online.de atlassian.net zendesk.com freshdesk.com sharepoint.com onmicrosoft.com
dynamics.com force.com salesforce.com my.salesforce.com lightning.force.com service-now.com myworkdayjobs.com
personio.de personio.com recruitee.com greenhouse.io lever.co slack.com monday.com basecamphq.com zoom.us webex.com
wix.com webnode.cz webnode.at webnode.de webnode.fr webnode.it webnode.es webnode.sk webnode.hu webnode.pt webnode.nl
canva.site ueniweb.com simdif.com ecwid.com teachable.com thinkific.com ning.com bandcamp.com gumroad.com itch.io
teamtailor.com bamboohr.com dropbox.com box.com odoo.com kintone.com zohopublic.com translate.goog
myspreadshop.com myspreadshop.de myspreadshop.co.uk myspreadshop.fr
"""
_KINDS: Final[Mapping[CompanyCode, frozenset[str]]] = MappingProxyType(
    {
        CompanyCode.SOCIAL_PROFILE: frozenset(_PROFILES.split()),
        CompanyCode.MARKETPLACE_PAGE: frozenset(_MARKETPLACES.split()),
        CompanyCode.HOSTED_PAGE: frozenset(_BUILDERS.split()),
    }
)


def is_shared(host: str) -> bool:
    """Whether a host is on the list by its own name: the network itself, not a page under it."""
    return any(host in hosts for hosts in _KINDS.values())


def shared_by(host: str) -> CompanyCode | None:
    """Say what a host is, if its pages belong to many; it, or a domain above it, is on the list."""
    return next((code for code, hosts in _KINDS.items() if matches_suffix(host, hosts)), None)
